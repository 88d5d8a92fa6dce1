"""Show a column of a table for each pair of two others, and draw it as a heat map.

Reads TABLE, which collection.py writes, and writes PICTURE.
"""

import argparse
import csv
import math
import sys
from pathlib import Path
from statistics import mode

import matplotlib.pyplot as plt
import numpy as np


def plain(cell, seen):
    """Return the first spelling of a number: 0.04 for 4.00E-02. Text stays as it is."""
    try:
        return seen.setdefault(float(cell), cell)
    except ValueError:
        return cell


def load_values(path, x, y, value):
    """Return the values of every pair: {(x, y): [value, ...]}, the cells as text."""
    values, lines, xs, ys = {}, {}, {}, {}
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        found = rows.fieldnames or []
        if not {x, y, value} <= set(found):
            expected = f"columns {x}, {y} and {value}"
            sys.exit(f"{path}, line 1: expected {expected}, found {','.join(found)}")
        for row in rows:
            where = f"{path}, line {rows.line_num}"
            if None in row or None in row.values():
                sys.exit(f"{where}: expected {len(found)} fields, as in line 1")
            number = float({"true": 1, "false": 0}.get(row[value], row[value]))
            if not math.isfinite(number):
                sys.exit(f"{where}: {value} is {row[value]}")
            first = lines.setdefault(tuple(row.values()), rows.line_num)
            if first != rows.line_num:
                sys.exit(f"{where}: a copy of line {first} would count twice")
            pair = plain(row[x], xs), plain(row[y], ys)
            values.setdefault(pair, []).append(number)
    if not values:
        sys.exit(f"{path} has no {value} in it")
    return values


def in_order(cells):
    """Return the different cells: numbers from the smallest, text as in the table."""
    different = list(dict.fromkeys(cells))
    try:
        return sorted(different, key=float)
    except ValueError:
        return different


def main():
    parser = argparse.ArgumentParser(description="Show and draw a table.")
    parser.add_argument("table", type=Path, metavar="TABLE", help="of the runs (CSV)")
    parser.add_argument("picture", type=Path, metavar="PICTURE", help="to write")
    parser.add_argument("--x", default="n_neighbors", metavar="COLUMN")
    parser.add_argument("--y", default="metric", metavar="COLUMN")
    parser.add_argument("--value", default="accuracy", metavar="COLUMN")
    parser.add_argument("--mean", action="store_true", help="of the runs of a pair")
    args = parser.parse_args()
    if not args.table.exists():
        sys.exit(f"{args.table} is missing: run collection.py first")
    if not args.picture.suffix:
        sys.exit(f"{args.picture}: the name must say the format, as in scores.png")
    values = load_values(args.table, args.x, args.y, args.value)
    xs = in_order(x for x, _ in values)
    ys = in_order(y for _, y in values)
    expected = mode(map(len, values.values())) if args.mean else 1
    for x, y in [(x, y) for y in ys for x in xs]:
        runs = len(values.get((x, y), []))
        if runs != expected:
            pair = f"{args.x} {x} with {args.y} {y}"
            sys.exit(f"{args.table}: {pair} has {runs} rows, not {expected}")
    table = np.array([[np.mean(values[x, y]) for x in xs] for y in ys])

    plt.figure(figsize=(6.4, 4), layout="constrained")
    plt.imshow(table, cmap="cividis", aspect="auto")
    middle = (table.min() + table.max()) / 2
    for (row, column), number in np.ndenumerate(table):
        colour = "white" if number < middle else "black"
        plt.text(column, row, f"{number:.2f}", ha="center", va="center", color=colour)
    # Without parse_math, a $ in a name would begin a formula.
    plt.xticks(range(len(xs)), xs, parse_math=False)
    plt.yticks(range(len(ys)), ys, parse_math=False)
    plt.xlabel(args.x, parse_math=False)
    plt.ylabel(args.y, parse_math=False)
    plt.savefig(args.picture)

    # A terminal that has no letters for a name shows their codes.
    sys.stdout.reconfigure(errors="backslashreplace")
    width = max(map(len, [args.x, *ys]))
    print(f"{args.x:{width}}", *[f"{x:>6}" for x in xs])
    for y, numbers in zip(ys, table, strict=True):
        print(f"{y:{width}}", *[f"{number:6.2f}" for number in numbers])
    print(f"wrote {args.picture}")


if __name__ == "__main__":
    main()
