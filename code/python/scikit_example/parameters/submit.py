"""Submit one batch job for every neighbour count, and keep the job ids.

Adds one row a job to jobs.csv: the id that Slurm gave it, and the neighbour count.
"""

import argparse
import shlex
import subprocess
import sys

N_NEIGHBORS = [1, 2, 4, 8, 16, 32, 64]
BATCH_SCRIPT = "slurm/scikit_example/submit_one.sh"
JOBS_FILE = "jobs.csv"


def submit(command):
    """Run sbatch and return the job id that it prints."""
    try:
        answer = subprocess.run(command, check=False, capture_output=True, text=True)
    except (FileNotFoundError, PermissionError):
        sys.exit(
            f"there is no {command[0]} here: "
            "submit on a login node of a Slurm cluster, or try --dry-run"
        )
    if answer.returncode != 0:
        sys.exit(f"{shlex.join(command)} failed: {' '.join(answer.stderr.split())}")
    # With several clusters the answer is "id;cluster".
    return answer.stdout.strip().split(";")[0]


def main():
    # Without usage, a mistake on the command line is answered with one line.
    parser = argparse.ArgumentParser(
        description="Submit one job a neighbour count.", usage=argparse.SUPPRESS
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show the commands and submit nothing"
    )
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
        # Written at once: when a later submission fails, no id is lost.
        try:
            with open(JOBS_FILE, "a", encoding="utf-8") as file:
                file.write(f"{job_id},{k}\n")
        except OSError as error:
            sys.exit(
                f"job {job_id} is submitted, "
                f"but cannot write {JOBS_FILE}: {error.strerror}"
            )
        print(f"k={k}: job {job_id}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(f"stopped: jobs submitted so far are in {JOBS_FILE}")
