"""Simulate an epidemic with the parameters of some rows of the parameter file.

Writes RESULTS/SWEEP_INDEX.json and a picture for each row of SWEEP.csv.
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

COLUMNS = ["index", "contacts", "risk"]
SEEDS = range(5)
PEOPLE, DAYS = 1000, 60


def simulate(contacts, risk, seed):
    """Return how many people are ill on each day, and how many never were."""
    random = np.random.default_rng(seed)
    healthy, ill = PEOPLE - 10, 10
    curve = []
    for _ in range(DAYS):
        curve.append(ill)
        # A healthy person stays so only if no contact with an ill one infects.
        infected = random.binomial(healthy, 1 - (1 - risk) ** (contacts * ill / PEOPLE))
        recovered = random.binomial(ill, 0.2)
        healthy, ill = healthy - infected, ill + infected - recovered
    return curve, healthy


def load_rows(path):
    """Return the rows of the parameter file by their index, the cells as text."""
    found = {}
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if rows.fieldnames != COLUMNS:
            sys.exit(f"{path}, line 1: expected {COLUMNS}, found {rows.fieldnames}")
        for row in rows:
            if None in row or None in row.values() or not row["index"].isdecimal():
                sys.exit(f"{path}, line {rows.line_num}: no full row: {row}")
            if found.setdefault(int(row["index"]), row) is not row:
                sys.exit(f"{path}, line {rows.line_num}: this index is there twice")
    return found


parser = argparse.ArgumentParser(description="Simulate some rows of a sweep.")
parser.add_argument("first", type=int, metavar="FIRST", help="index of the first row")
parser.add_argument("rows", type=int, metavar="ROWS", help="how many")
parser.add_argument("results", type=Path, metavar="RESULTS", help="folder to write to")
parser.add_argument("--param-file", type=Path, default="sweep.csv", metavar="FILE")
args = parser.parse_args()
if not args.param_file.exists():
    sys.exit(f"{args.param_file} is missing: run create_sweep.py first")
parameters = load_rows(args.param_file)
wanted = range(args.first, args.first + args.rows)
indices = [index for index in wanted if index in parameters]
if args.first not in indices:
    sys.exit(f"{args.param_file} has no row {args.first} for {args.rows} rows a task")
args.results.mkdir(exist_ok=True)
for index in indices:
    row = parameters[index]
    contacts, risk = int(row["contacts"]), float(row["risk"])
    plt.figure()
    runs = []
    for seed in SEEDS:
        # The index comes first, so that each run has random numbers of its own.
        curve, healthy = simulate(contacts, risk, [index, seed])
        plt.plot(curve)
        infected = (PEOPLE - healthy) / PEOPLE
        # The risk stays text, as in the parameter file.
        run = {"contacts": contacts, "risk": row["risk"], "seed": seed}
        runs.append({**run, "infected": infected})
    plt.title(f"{contacts} contacts a day, risk {row['risk']}")
    plt.xlabel("day")
    plt.ylabel("people who are ill")
    # Results of another parameter file have other names.
    name = f"{args.param_file.stem}_{index}"
    plt.savefig(args.results / f"{name}.png")
    plt.close()

    result = args.results / f"{name}.json"
    unfinished = result.with_name(f".{uuid.uuid4().hex}.{result.name}")
    unfinished.write_text(json.dumps({"index": index, "runs": runs}, indent=1))
    unfinished.replace(result)
print(f"rows {indices[0]} to {indices[-1]} are in {args.results}")
