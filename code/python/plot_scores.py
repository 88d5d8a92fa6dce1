"""Show the collected accuracies as a table and draw them as a heat map.

Reads TABLE, which collection.py writes, and writes PICTURE.
"""

import argparse
import csv
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np


def load_scores(path):
    """Return the accuracies, shape (metrics, counts), the metrics and the counts."""
    scores = {}
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        found = rows.fieldnames or []
        if not {"n_neighbors", "metric", "accuracy"} <= set(found):
            expected = "columns n_neighbors, metric and accuracy"
            sys.exit(f"{path}, line 1: expected {expected}, found {','.join(found)}")
        for row in rows:
            where = f"{path}, line {rows.line_num}"
            if None in row or None in row.values():
                sys.exit(f"{where}: expected {len(found)} fields, as in line 1")
            metric, k = row["metric"], int(row["n_neighbors"])
            if (metric, k) in scores:
                sys.exit(f"{where}: {metric} with k={k} is there twice")
            scores[metric, k] = float(row["accuracy"])
            if not 0 <= scores[metric, k] <= 1:
                sys.exit(f"{where}: {row['accuracy']} is no accuracy from 0 to 1")
    if not scores:
        sys.exit(f"{path} has no accuracy in it")
    # The metrics stay in the order of the table.
    metrics = list(dict.fromkeys(metric for metric, _ in scores))
    counts = sorted({k for _, k in scores})
    for metric in metrics:
        for k in counts:
            if (metric, k) not in scores:
                sys.exit(f"{path}: {metric} with k={k} is missing")
    return np.array([[scores[m, k] for k in counts] for m in metrics]), metrics, counts


def main():
    parser = argparse.ArgumentParser(description="Show and draw the accuracies.")
    parser.add_argument("table", type=Path, metavar="TABLE", help="accuracies (CSV)")
    parser.add_argument(
        "picture", type=Path, metavar="PICTURE", help="heat map to write"
    )
    args = parser.parse_args()
    if not args.table.exists():
        sys.exit(f"{args.table} is missing: run collection.py first")
    if not args.picture.suffix:
        sys.exit(f"{args.picture}: the name must say the format, as in scores.png")
    scores, metrics, counts = load_scores(args.table)

    plt.figure(figsize=(6.4, 4), layout="constrained")
    plt.imshow(scores, cmap="cividis", aspect="auto")
    middle = (scores.min() + scores.max()) / 2
    for (y, x), score in np.ndenumerate(scores):
        colour = "white" if score < middle else "black"
        plt.text(x, y, f"{score:.2f}", ha="center", va="center", color=colour)
    plt.xticks(range(len(counts)), counts)
    # Without parse_math, a $ in a name would begin a formula.
    plt.yticks(range(len(metrics)), metrics, parse_math=False)
    plt.xlabel("number of neighbours k")
    plt.savefig(args.picture)

    # A terminal that has no letters for a name shows their codes.
    sys.stdout.reconfigure(errors="backslashreplace")
    print("".join([f"{'':10}"] + [f"{f'k={k}':>6}" for k in counts]))
    for metric, row in zip(metrics, scores, strict=True):
        print("".join([f"{metric:10}"] + [f"{score:6.2f}" for score in row]))
    print(f"wrote {args.picture}")


if __name__ == "__main__":
    main()
