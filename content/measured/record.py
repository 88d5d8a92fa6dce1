"""Measures the table of the page `speed` on a practice cluster of its own.

    make speed

Takes ten minutes as root, on a machine that does nothing else. Writes, beside itself:

- speed.csv: wall time and core time of each form, in seconds, and how much of what 2 cores can do it used.
- array.txt: what sacct said of the heavy array of 7 tasks.
- machine.txt: the sentence that says when, where and with which Slurm.
"""

import contextlib
import csv
import datetime
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from walk.collect import collect  # noqa: E402
from walk.environments import environment_of  # noqa: E402
from walk.shell import Shell  # noqa: E402

HERE = Path(__file__).parent
CORES = 2  # as many tasks or processes run at a time
SACCT = "sacct -X --parsable2 --format=JobID,Submit,Start,End,AllocCPUS --jobs="
# Each form of the same 35 runs: how many jobs or tasks, and the words behind `sbatch`.
FORMS = {
    "one job, one process": (1, "slurm/speed/one_job.sh"),
    "an array, 1 run a task": (35, f"--array=0-34%{CORES} chunks_of_1.sh"),
    "an array, 5 runs a task": (7, f"--array=0-6%{CORES} chunks_of_5.sh"),
    "an array, 18 runs a task": (2, "--array=0-1 chunks_of_18.sh"),
    "one job, 2 processes": (1, f"--cpus-per-task={CORES} slurm/speed/one_job.sh"),
    "one job, 2 steps at a time": (1, "slurm/speed/steps.sh"),
}
WORKLOADS = {"light": 1, "heavy": 60}  # repetitions
BUILD = """\
unzip -q notebook-to-cluster.zip && cd notebook-to-cluster &&
apptainer build -F knn.sif container/singularity.def >/dev/null 2>&1 &&
for size in 1 5 18; do sed "s/^size=5$/size=$size/" slurm/speed/chunks.sh >chunks_of_$size.sh || exit; done"""


def main() -> None:
    """Measure all forms on a cluster of its own, and write the files."""
    with cluster() as shell:
        say(shell, BUILD)
        rows = [measure(shell, workload, how) for workload in WORKLOADS for how in FORMS]
        said = machine(shell)
    write(rows)
    (HERE / "machine.txt").write_text(said, encoding="utf-8")


@contextlib.contextmanager
def cluster() -> Iterator[Shell]:
    """Start a practice cluster that has the bundle, and give a shell of its learner's; end it afterwards."""
    if os.geteuid() != 0:
        sys.exit("only root can start a practice cluster")
    place = environment_of(site := collect(ROOT, ROOT / "_build/doctrees"))
    place.start()
    try:
        bundle = ROOT / site.config.walk_bundle
        place.put(bundle.name, bundle.read_bytes())
        shell = place.shell()
        yield shell
        shell.close()
    finally:
        place.stop()


def say(shell: Shell, command: str) -> list[str]:
    """Type a command, and return what it prints; end if it fails."""
    done = shell.type(command, 1800)
    if done.code != 0:
        sys.exit("\n".join([f"record.py: {command}", *done.lines]))
    return done.lines


def measure(shell: Shell, workload: str, how: str) -> tuple[str, str, int, float, float]:
    """Run a workload in a form; return them with the number of jobs or tasks, the wall time and the core time."""
    tasks, words = FORMS[how]
    results = f"{workload}_{list(FORMS).index(how)}"
    job = say(shell, f"sbatch --parsable --wait {words} {results} --repetitions {WORKLOADS[workload]}")[0]
    if (count := say(shell, f"ls {results} | wc -l")[0]) != "35":
        sys.exit(f"record.py: {workload}, {how}: {count} results")
    said = say(shell, f"{SACCT}{job}")
    if (workload, tasks) == ("heavy", 7):
        (HERE / "array.txt").write_text("\n".join([*said, ""]), encoding="utf-8")
    wall, core = times(said)
    print(workload, how, tasks, f"{wall:.0f}", f"{core:.0f}", sep=", ", flush=True)
    return workload, how, tasks, wall, core


def write(rows: list[tuple[str, str, int, float, float]]) -> None:
    """Write the table, with what part of two cores that do nothing else each form made use of."""
    serial: dict[str, float] = {}
    with open(HERE / "speed.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["workload", "how", "jobs or tasks", "wall time", "core time", f"of what {CORES} cores can do"])
        for workload, how, tasks, wall, core in rows:
            best = serial.setdefault(workload, core) / CORES  # the first form is one process
            unit = "job" if "job" in how else "tasks"
            writer.writerow([workload, how, f"{tasks} {unit}", f"{wall:.0f}", f"{core:.0f}", f"{best / wall:.2f}"])


def times(said: list[str]) -> tuple[float, float]:
    """Return the seconds from the first submit to the last end, and the sum of cores times seconds."""
    jobs = [line.split("|") for line in said[1:]]
    submits, starts, ends = ([datetime.datetime.fromisoformat(job[column]) for job in jobs] for column in (1, 2, 3))
    lasts = [(end - start).total_seconds() for start, end in zip(starts, ends, strict=True)]
    core = sum(int(job[4]) * last for job, last in zip(jobs, lasts, strict=True))
    return (max(ends) - min(submits)).total_seconds(), core


def machine(shell: Shell) -> str:
    """Return the sentence that says when and where it was measured."""
    version = say(shell, "scontrol --version")[0].split()[-1]
    processor = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    name = re.sub(r"\((R|TM)\)", "", processor[1]) if processor else os.uname().machine
    day = datetime.datetime.now(datetime.UTC).date()
    return (
        f"Measured on {day} on a practice cluster with Slurm {version}, on a virtual machine with "
        f"{os.cpu_count()} cores ({name}).\n"
    )


if __name__ == "__main__":
    main()
