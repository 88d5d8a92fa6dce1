"""Measures the table of the page `workflow-managers` on a practice cluster of its own.

    make speed

Takes some minutes as root, on a machine that does nothing else. Writes, beside itself:

- workflow.csv: the wall time of the seven training tasks in each way, in seconds.
- workflow.txt: the sentence that says when, where and with which Slurm.
"""

import csv
import sys
import time

from record import BUILD, HERE, cluster, machine, say

from walk.shell import Shell

PREPARE = """\
python3 -m venv env && env/bin/pip install --quiet uv==0.13.9 2>/dev/null &&
env/bin/uv venv --quiet managers && env/bin/uv pip install --quiet --python managers -r workflow/requirements.txt &&
apptainer exec knn.sif python python/scikit_example/preprocess.py &&
apptainer exec knn.sif python python/scikit_example/array/create_parameter_array.py"""
SNAKEMAKE = "managers/bin/snakemake --profile workflow/profile --until train"
# The same seven tasks in each way. What is measured is the whole command; Snakemake waits itself.
WAYS = {
    "`sbatch`, an array": "sbatch --wait slurm/scikit_example/submit_parallel.sh",
    "Snakemake, a job each": SNAKEMAKE,
    "Snakemake, an array": f"{SNAKEMAKE} --slurm-array-jobs=train",
}
JOBS = "sacct -X -n -P --format=JobIDRaw"


def main() -> None:
    """Measure all ways on a cluster of its own, and write the files."""
    with cluster() as shell:
        say(shell, BUILD)
        say(shell, PREPARE)
        rows = [measure(shell, way) for way in WAYS]
        said = machine(shell)
    with open(HERE / "workflow.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["way", "seconds"])
        writer.writerows(rows)
    (HERE / "workflow.txt").write_text(said, encoding="utf-8")


def measure(shell: Shell, way: str) -> tuple[str, str]:
    """Run the tasks in a way; return it with the wall time of the command."""
    say(shell, "rm -rf results; sleep 3")
    last = max(map(int, say(shell, JOBS)), default=0)
    begin = time.monotonic()
    say(shell, f"{WAYS[way]} > /dev/null 2>&1")
    wall = time.monotonic() - begin
    [jobs] = say(shell, f"sleep 3; {JOBS} | awk '$1 > {last}' | wc -l")
    if jobs != "7":
        sys.exit(f"record_workflow.py: {way}: {jobs} tasks")
    print(way, f"{wall:.0f}", sep=", ", flush=True)
    return way, f"{wall:.0f}"


if __name__ == "__main__":
    main()
