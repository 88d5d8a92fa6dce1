"""Write the parameter file of a sweep: a row for each pair, its index first.

Writes sweep.csv.
"""

import csv
import uuid
from itertools import product
from pathlib import Path

CONTACTS = [4, 8, 12, 16]  # of a person in a day
RISKS = ["0.01", "0.02", "0.03", "0.04", "0.05", "0.06"]  # of each contact
ROWS_PER_TASK = 4
PARAM_FILE = Path("sweep.csv")

pairs = list(product(CONTACTS, RISKS))
unfinished = PARAM_FILE.with_name(f".{uuid.uuid4().hex}.{PARAM_FILE.name}")
with open(unfinished, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["index", "contacts", "risk"])
    for index, (contacts, risk) in enumerate(pairs):
        writer.writerow([index, contacts, risk])
unfinished.replace(PARAM_FILE)
# Rounded up: the last task may have fewer rows than the others.
tasks = (len(pairs) + ROWS_PER_TASK - 1) // ROWS_PER_TASK
print(f"wrote {PARAM_FILE}: {len(pairs)} rows")
print(f"--array=0-{tasks - 1} for {ROWS_PER_TASK} rows a task")
