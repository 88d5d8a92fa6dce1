"""Write the parameter file of a new sweep: a row for each combination of values.

Writes FOLDER/sweep.csv. The results of the sweep go to the same folder.
"""

import argparse
import csv
import sys
import uuid
from itertools import product
from pathlib import Path

CONTACTS = [4, 8, 12, 16]  # of a person in a day
RISKS = ["0.01", "0.02", "0.03", "0.04", "0.05", "0.06"]  # of each contact
DAYS = [60]  # one value, and still in the file: what is there can be compared
FIRST_SEEDS = [0]
ROWS_PER_TASK = 4

parser = argparse.ArgumentParser(description="Write the parameter file of a sweep.")
parser.add_argument("folder", type=Path, metavar="FOLDER", help="of the new sweep")
args = parser.parse_args()
param_file = args.folder / "sweep.csv"
# Tasks of that sweep may still wait, and would take the new values.
if param_file.exists():
    sys.exit(f"{param_file} is there: choose another folder for a new sweep")
args.folder.mkdir(parents=True, exist_ok=True)
combinations = list(product(CONTACTS, RISKS, DAYS, FIRST_SEEDS))
unfinished = param_file.with_name(f".{uuid.uuid4().hex}.{param_file.name}")
with open(unfinished, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["index", "contacts", "risk", "days", "first_seed"])
    for index, values in enumerate(combinations):
        writer.writerow([index, *values])
unfinished.replace(param_file)
# Rounded up: the last task may have fewer rows than the others.
tasks = (len(combinations) + ROWS_PER_TASK - 1) // ROWS_PER_TASK
print(f"wrote {param_file}: {len(combinations)} rows")
print(f"--array=0-{tasks - 1} for {ROWS_PER_TASK} rows a task")
