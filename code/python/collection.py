"""Collect the results of a job array into one table, in order of index.

Reads RESULTS_DIR/NAME_INDEX.json: {"index": INDEX, "runs": [{"column": value, ...}]}
Writes OUTPUT, a CSV file, or prints which indices to run again.
"""

import argparse
import csv
import json
import re
import sys
import uuid
from decimal import Decimal
from pathlib import Path


def fold(indices):
    """Return ascending indices as Slurm writes them: 3, 7, 8, 9 as "3,7-9"."""
    ranges = []
    for index in indices:
        if not ranges or index > ranges[-1][1] + 1:
            ranges.append([index, index])
        ranges[-1][1] = index
    return ",".join(f"{a}-{b}" if a < b else str(a) for a, b in ranges)


def differ(first, second):
    """Tell whether two cells mean different things; 0.5 and 5e-1 do not."""
    try:
        return first != second and Decimal(first) != Decimal(second)
    except ArithmeticError:
        words = {first.casefold(), second.casefold()}
        return len(words) > 1 and not words <= {"", "none", "null"}


def load_rows(path, parameters):
    """Return the rows of one result; raise ValueError with what is wrong with it."""
    # Numbers stay text, so that they are handed on as the task wrote them.
    result = json.loads(path.read_bytes(), parse_int=str, parse_float=str)
    if result["index"] != str(int(parameters["index"])) or not result["runs"]:
        raise ValueError(f"no runs of this index: {json.dumps(result)[:60]}")
    for run in result["runs"]:
        for column, value in run.items():
            if isinstance(value, (list, dict)) or "\r" in str(value):
                raise ValueError(f"{column} is no single value: {json.dumps(value)}")
            run[column] = value if isinstance(value, str) else json.dumps(value)
            if differ(run[column], parameters.get(column, run[column])):
                raise ValueError(f"{column} is {run[column]}, not {parameters[column]}")
    return [{"index": result["index"], **run} for run in result["runs"]]


parser = argparse.ArgumentParser(description="Collect the results of a job array.")
parser.add_argument("results_dir", type=Path, metavar="RESULTS_DIR")
parser.add_argument("output", type=Path, metavar="OUTPUT", help="table to write (CSV)")
group = parser.add_mutually_exclusive_group()
group.add_argument("--expect", dest="n", type=int, metavar="N", help="0 to N-1")
group.add_argument("--param-file", type=Path, metavar="FILE", help="expect FILE's rows")
args = parser.parse_args()
output, folder = args.output.resolve(), args.results_dir.resolve()
if folder in output.parents or output == (args.param_file or folder).resolve():
    sys.exit(f"{args.output} is among the inputs: choose another place for it")
found, parameters = {}, {}
for path in args.results_dir.glob("*_*.json"):
    # No index of an array has more than 7 digits, so a date in a name is none.
    match = re.fullmatch(r"[^.].*_([0-9]{1,7})\.json", path.name)
    if match and found.setdefault(int(match[1]), path) != path:
        sys.exit(f"two results of one index: {found[int(match[1])]} and {path}")
names = sorted({path.name.rpartition("_")[0] for path in found.values()})
if len(names) != 1:
    sys.exit(f"{args.results_dir}: expected NAME_INDEX.json of one NAME, found {names}")
if args.param_file and not args.param_file.exists():
    sys.exit(f"{args.param_file} is missing: run the script that writes it")
wanted = range(args.n) if args.n is not None else range(min(found), max(found) + 1)
if args.param_file:
    with open(args.param_file, newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file, skipinitialspace=True, strict=True)
        for row in rows:
            where, index = f"{args.param_file}, line {rows.line_num}", row.get("index")
            if None in row or None in row.values() or not (index or "").isdecimal():
                sys.exit(f"{where}: expected a whole index and a full row: {row}")
            if parameters.setdefault(int(index), row) is not row:
                sys.exit(f"{where}: index {index} is there twice")
    wanted = sorted(parameters)
unexpected = sorted(index for index in found if index not in (parameters or wanted))
if unexpected:
    sys.exit(f"unexpected results, perhaps of an earlier array: {fold(unexpected)}")
table, again = [], []
for index in wanted:
    try:
        if index not in found:
            raise ValueError("missing")
        rows = load_rows(found[index], parameters.get(index, {"index": str(index)}))
        if any(row.keys() != (table or rows)[0].keys() for row in rows):
            raise ValueError(f"has {list(rows[-1])}, not {list((table or rows)[0])}")
        table += rows
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        print(f"index {index}, {found.get(index, 'no file')}: {error}", file=sys.stderr)
        again.append(index)
if again:
    print(f"--array={fold(again)}")
    sys.exit(f"no table: {len(again)} of {len(wanted)} results missing or wrong")
for column in sorted(row.keys() - table[0]) if args.param_file else ():
    print(f"note: no result has {column!r}, so it is not compared", file=sys.stderr)
unfinished = output.with_name(f".{uuid.uuid4().hex}.{output.name}")
with open(unfinished, "w", newline="", encoding="utf-8") as file:
    writer = csv.DictWriter(file, table[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
unfinished.replace(output)
print(f"wrote {args.output}: {len(found)} results, index {fold(sorted(found))}")
