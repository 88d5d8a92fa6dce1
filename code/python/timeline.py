"""Draw when the jobs of a table of sacct waited and ran, and add up what they took.

Reads TABLE, which this command writes:
sacct -X --parsable2 --format=JobID,Submit,Start,End,AllocCPUS > TABLE
"""

import argparse
import csv
import sys
from datetime import datetime
from pathlib import Path

import matplotlib.pyplot as plt

TIMES = ["Submit", "Start", "End"]
COLUMNS = ["JobID", *TIMES, "AllocCPUS"]


def load_jobs(path):
    """Return the rows: times in seconds since the first submit, cores as a number."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="|")
        if rows.fieldnames != COLUMNS:
            sys.exit(f"{path}, line 1: expected {'|'.join(COLUMNS)}")
        jobs = list(rows)
    for job in jobs:
        if job["Start"] in ("None", "Unknown") or job["End"] == "Unknown":
            sys.exit(f"{path}: job {job['JobID']} has not started, or not ended")
        job |= {name: datetime.fromisoformat(job[name]) for name in TIMES}
        job["AllocCPUS"] = int(job["AllocCPUS"])
    if not jobs:
        sys.exit(f"{path} has no job in it")
    first = min(job["Submit"] for job in jobs)
    for job in jobs:
        job |= {name: (job[name] - first).total_seconds() for name in TIMES}
    return jobs


parser = argparse.ArgumentParser(description="Draw when jobs waited and ran.")
parser.add_argument("table", type=Path, metavar="TABLE", help="what sacct printed")
parser.add_argument("picture", type=Path, metavar="PICTURE", help="timeline to write")
args = parser.parse_args()
if not args.table.exists():
    sys.exit(f"{args.table} is missing: let sacct write it")
if not args.picture.suffix:
    sys.exit(f"{args.picture}: the name must say the format, as in timeline.svg")
jobs = load_jobs(args.table)

plt.figure(figsize=(6.4, 1 + 0.24 * len(jobs)), layout="constrained")
for job in jobs:
    wait, run = job["Start"] - job["Submit"], job["End"] - job["Start"]
    waiting = plt.barh(job["JobID"], wait, left=job["Submit"], color="lightgrey")
    running = plt.barh(job["JobID"], run, left=job["Start"], color="tab:blue")
plt.gca().invert_yaxis()  # the first job at the top
plt.xlabel("seconds after the first was submitted")
plt.legend([waiting, running], ["waits", "runs"])
plt.savefig(args.picture)

wall_time = max(job["End"] for job in jobs)
core_time = sum(job["AllocCPUS"] * (job["End"] - job["Start"]) for job in jobs)
print(f"jobs or tasks: {len(jobs)}")
print(f"wall time:     {wall_time:.0f} s, from the first submit to the last end")
print(f"core time:     {core_time:.0f} s, the cores of each times its seconds")
print(f"wrote {args.picture}")
