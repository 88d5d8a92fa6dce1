"""Write the parameter file of the job array: one row a task, its index first.

Writes params.csv.
"""

import csv
import sys
import uuid
from pathlib import Path

N_NEIGHBORS = [1, 2, 4, 8, 16, 32, 64]
PARAM_FILE = Path("params.csv")

if not N_NEIGHBORS:
    sys.exit("N_NEIGHBORS is empty: a job array needs at least one task")

unfinished = PARAM_FILE.with_name(f".{uuid.uuid4().hex}.{PARAM_FILE.name}")
with open(unfinished, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["index", "n_neighbors"])
    writer.writerows(enumerate(N_NEIGHBORS))
unfinished.replace(PARAM_FILE)
tasks = len(N_NEIGHBORS)
print(f"wrote {PARAM_FILE}: {tasks} tasks, --array=0-{tasks - 1}")
