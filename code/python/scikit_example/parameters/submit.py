"""Submit one batch job for every neighbour count, and keep the job ids.

Adds one row a job to jobs.csv: the id that Slurm gave it, and the neighbour count.
"""

import argparse
import re
import shlex
import subprocess
import sys

N_NEIGHBORS = [1, 2, 4, 8, 16, 32, 64]
BATCH_SCRIPT = "slurm/scikit_example/submit_one.sh"
JOBS_FILE = "jobs.csv"

if sys.version_info < (3, 8):
    sys.exit(f"submit.py needs Python 3.8, and this is {sys.version.split()[0]}")


def submit(command):
    """Run sbatch and return the job id: the last line that it prints."""
    try:
        answer = subprocess.run(command, capture_output=True, errors="replace")
    except FileNotFoundError:
        sys.exit("no sbatch here: go to a login node of a cluster, or try --dry-run")
    said = " ".join((answer.stdout + answer.stderr).split())
    if answer.returncode != 0:
        sys.exit(f"{shlex.join(command)} failed: {said}")
    # With several clusters it is "id;cluster".
    job_id = re.search(r"^\s*(\d+)(;\S+)?\s*\Z", answer.stdout, re.MULTILINE)
    if not job_id:
        sys.exit(f"no job id in the last line of what sbatch said, see squeue: {said}")
    print(answer.stderr, end="", file=sys.stderr)  # warnings
    return job_id[1]


parser = argparse.ArgumentParser(description="Submit one job a neighbour count.")
parser.add_argument("--dry-run", action="store_true", help="only show the commands")
args = parser.parse_args()

for k in N_NEIGHBORS:
    # Options for sbatch stand before the batch script, options for the Python
    # script after it.
    options = ["--parsable", f"--job-name=knn_k{k:02d}"]
    command = ["sbatch", *options, BATCH_SCRIPT, "--n-neighbors", str(k)]
    if args.dry_run:
        print(shlex.join(command))
        continue
    job_id = submit(command)
    # Kept at once: when a later submission fails, no id is lost.
    try:
        with open(JOBS_FILE, "a+", encoding="utf-8") as file:
            file.seek(0)
            # An editor may have left the last row without its end.
            end = "" if file.read()[-1:] in ("", "\n") else "\n"
            file.write(f"{end}{job_id},{k}\n")
    finally:
        print(f"k={k}: job {job_id}")
