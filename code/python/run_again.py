"""Print the commands that run again the tasks of a job array that have not ended well.

A task that ran out of memory gets twice as much, one that ran out of time gets twice
as long, and all others get what they had. What became of them is asked of sacct:
https://slurm.schedmd.com/sacct.html
"""

import argparse
import os
import shlex
import subprocess
import sys

BAD = {"BOOT_FAIL", "CANCELLED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY"}
BAD |= {"PREEMPTED", "TIMEOUT"}


def expand(text):
    """Return the indices of 3, of [3,7-9], of [0-20:5], and of [0-20%2]."""
    indices = []
    for part in text.strip("[]").partition("%")[0].split(","):
        ends, _, step = part.partition(":")
        first, _, last = ends.partition("-")
        indices += range(int(first), int(last or first) + 1, int(step or 1))
    return indices


def with_arguments(script, submitted):
    """Return the script with its arguments, from the line that submitted the array."""
    _, found, arguments = f"{submitted} ".partition(f" {script} ")
    if not found:
        sys.exit(f"{script} is not the script in: {submitted or 'no line'}")
    return " ".join(shlex.quote(word) for word in [script, *arguments.split()])


def tasks_of(array):
    """Return index, state, megabytes, minutes and sbatch line of an array's tasks."""
    command = ["sacct", f"--jobs={array}", "--allocations", "--parsable2", "--noheader"]
    command += ["--units=M", "--format=JobID,State,ReqMem,TimelimitRaw,SubmitLine"]
    # Tasks that never started are one row. Without this, sacct cuts a long list.
    environment = {**os.environ, "SLURM_BITSTR_LEN": "0"}
    try:
        answer = subprocess.run(
            command, stdout=subprocess.PIPE, check=True, env=environment
        ).stdout
    except FileNotFoundError:
        sys.exit("no sacct here: go to a login node of a cluster")
    except subprocess.CalledProcessError as error:
        sys.exit(f"sacct gave no answer for {array}, exit code {error.returncode}")
    tasks = []
    for line in answer.decode().splitlines():
        task, state, memory, minutes, submitted = line.split("|", maxsplit=4)
        job, _, indices = task.partition("_")
        if job != array or not indices:
            sys.exit(f"no indices: sacct says {task}. Is {array} an array?")
        for index in expand(indices):
            # It may be "CANCELLED by" somebody.
            tasks.append((index, state.split()[0], memory, minutes, submitted))
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

first, last, script = {}, {}, None
for array in args.arrays:
    for index, state, memory, minutes, submitted in tasks_of(array):
        if state not in BAD | {"COMPLETED"}:
            sys.exit(f"task {array}_{index} is {state}: wait for its end")
        # With other arguments, the same index can mean other work.
        again = with_arguments(args.script, submitted)
        script = script or again
        if again != script:
            sys.exit(f"array {array} ran {again}, and not {script}: leave it out")
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
    print(f"sbatch {array}{options} {script}  # {state}")
if not commands:
    all_of_them = f"{len(last)} of {len(last)}"
    print(f"nothing to run again, {all_of_them} are COMPLETED", file=sys.stderr)
