"""Simulate an epidemic with the parameters of some rows of FOLDER/sweep.csv.

Writes FOLDER/sweep_INDEX.json and a picture for each row.
"""

import argparse
import csv
import json
import sys
import uuid
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

plt.switch_backend("agg")  # draws without a screen

COLUMNS = ["index", "contacts", "risk", "days", "first_seed"]
SEEDS = 5  # of each row
PEOPLE = 1000


def simulate(contacts, risk, days, seed):
    """Return how many people are ill on each day, and how many never were."""
    random = np.random.default_rng(seed)
    healthy, ill = PEOPLE - 10, 10
    curve = []
    for _ in range(days):
        curve.append(ill)
        # A healthy person stays so only if no contact with an ill one infects.
        infected = random.binomial(healthy, 1 - (1 - risk) ** (contacts * ill / PEOPLE))
        recovered = random.binomial(ill, 0.2)
        healthy, ill = healthy - infected, ill + infected - recovered
    return curve, healthy


def load_rows(path):
    """Return the rows of the parameter file by their index; their cells are text."""
    found = {}
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if rows.fieldnames != COLUMNS:
            sys.exit(f"{path}, line 1: expected {COLUMNS}, found {rows.fieldnames}")
        for row in rows:
            if None in row or None in row.values() or not row["index"].isdecimal():
                sys.exit(f"{path}, line {rows.line_num}: no full row: {row}")
            if found.setdefault(int(row.pop("index")), row) is not row:
                sys.exit(f"{path}, line {rows.line_num}: this index is there twice")
    return found


parser = argparse.ArgumentParser(description="Simulate some rows of a sweep.")
parser.add_argument("first", type=int, metavar="FIRST", help="index of the first row")
parser.add_argument("rows", type=int, metavar="ROWS", help="how many")
parser.add_argument("folder", type=Path, metavar="FOLDER", help="of the sweep")
args = parser.parse_args()
param_file = args.folder / "sweep.csv"
if not param_file.exists():
    sys.exit(f"{param_file} is missing: run create_sweep.py first")
parameters = load_rows(param_file)
wanted = range(args.first, args.first + args.rows)
indices = [index for index in wanted if index in parameters]
if args.first not in indices:
    sys.exit(f"{param_file} has no row {args.first} for {args.rows} rows a task")
for index in indices:
    row = parameters[index]
    contacts, risk, days = int(row["contacts"]), float(row["risk"]), int(row["days"])
    first_seed = int(row["first_seed"])
    plt.figure()
    runs = []
    for seed in range(first_seed, first_seed + SEEDS):
        # With the index, each run has random numbers of its own.
        curve, healthy = simulate(contacts, risk, days, [index, seed])
        plt.plot(curve)
        infected = (PEOPLE - healthy) / PEOPLE
        # The parameters as they are in the file, then what is new.
        runs.append({**row, "seed": seed, "infected": infected})
    plt.title(f"{contacts} contacts a day, risk {row['risk']}")
    plt.xlabel("day")
    plt.ylabel("people who are ill")
    plt.savefig(args.folder / f"sweep_{index}.png")
    plt.close()

    result = args.folder / f"sweep_{index}.json"
    unfinished = result.with_name(f".{uuid.uuid4().hex}.{result.name}")
    unfinished.write_text(json.dumps({"index": index, "runs": runs}, indent=1))
    unfinished.replace(result)
print(f"rows {indices[0]} to {indices[-1]} are in {args.folder}")
