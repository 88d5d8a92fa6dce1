"""Print the commands that run again the tasks of a job array that have not ended well.

A task that ran out of memory gets twice as much, one that ran out of time gets twice
as long, and all others get what they had. What became of them is asked of sacct:
https://slurm.schedmd.com/sacct.html
"""

import argparse
import shlex
import subprocess
import sys

BAD = {"BOOT_FAIL", "CANCELLED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY"}
BAD |= {"PREEMPTED", "TIMEOUT"}


def tasks_of(array):
    """Return index, state, megabytes and minutes of each task of an array."""
    command = ["sacct", f"--jobs={array}", "--allocations", "--array", "--parsable2"]
    command += ["--noheader", "--units=M", "--format=JobID,State,ReqMem,TimelimitRaw"]
    try:
        answer = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    except FileNotFoundError:
        sys.exit("no sacct here: go to a login node of a cluster")
    except subprocess.CalledProcessError as error:
        sys.exit(f"sacct gave no answer for {array}, exit code {error.returncode}")
    tasks = []
    for line in answer.decode().splitlines():
        task, state, memory, minutes = line.split("|")
        job, _, index = task.partition("_")
        if job != array or not index.isdecimal():
            sys.exit(f"{array} is no array: sacct calls it {task}")
        # It may be "CANCELLED by" somebody.
        tasks.append((int(index), state.split()[0], memory, minutes))
    if not tasks:
        sys.exit(f"sacct knows no array {array}")
    return tasks


def twice(number):
    """Return twice 200M as 400M, and twice 5 minutes as 10."""
    digits = number.rstrip("M")
    if not digits.isdecimal() or int(digits) == 0:
        sys.exit(f"what is twice {number or 'nothing'}? give --mem and --time yourself")
    return number.replace(digits, str(2 * int(digits)))


parser = argparse.ArgumentParser(description="Print how to run failed tasks again.")
parser.add_argument("script", metavar="SCRIPT", help="the array's batch script")
parser.add_argument("arrays", metavar="ID", nargs="+", help="array, its repetitions")
args = parser.parse_args()

first, last = {}, {}
for array in args.arrays:
    for index, state, memory, minutes in tasks_of(array):
        if state not in BAD | {"COMPLETED"}:
            sys.exit(f"task {array}_{index} is {state}: wait for its end")
        first.setdefault(index, (memory, minutes))
        last[index] = (state, memory, minutes)

commands = {}
for index, (state, memory, minutes) in sorted(last.items()):
    if state == "COMPLETED":
        continue
    memory = twice(memory) if state == "OUT_OF_MEMORY" else memory
    minutes = twice(minutes) if state == "TIMEOUT" else minutes
    # What the batch script asks for need not be said again.
    options = f" --mem={memory}" if memory != first[index][0] else ""
    options += f" --time={minutes}" if minutes != first[index][1] else ""
    commands.setdefault((state, options), []).append(str(index))

for (state, options), indices in commands.items():
    array = f"--array={','.join(indices)}"
    print(f"sbatch {array}{options} {shlex.quote(args.script)}  # {state}")
if not commands:
    all_of_them = f"{len(last)} of {len(last)}"
    print(f"nothing to run again, {all_of_them} are COMPLETED", file=sys.stderr)
