"""Put the result files of a job array together into one table, in order of index.

Reads RESULTS_DIR/*_INDEX.json, one file a task:
    {"index": INDEX, "runs": [{"column": value, ...}, ...]}
Writes OUTPUT, a CSV file with one row a run, or nothing at all: when a result is
missing or damaged it is named, and the --array= option is printed that runs just those
tasks again.
"""

import argparse
import csv
import json
import os
import re
import sys
import uuid
from pathlib import Path

# No job array can have a larger index: Slurm's MaxArraySize is 4000001 at most.
MAX_INDEX = 4_000_000

# Numbers are handed on as each task wrote them, digit by digit.
DECODER = json.JSONDecoder(parse_int=str, parse_float=str)


def fold(indices):
    """Return ascending indices as Slurm writes them: 3, 7, 8, 9 as "3,7-9"."""
    ranges = []
    for index in indices:
        if ranges and ranges[-1][1] == index - 1:
            ranges[-1][1] = index
        else:
            ranges.append([index, index])
    return ",".join(
        str(first) if first == last else f"{first}-{last}" for first, last in ranges
    )


def find_results(folder):
    """Return the path of each task's result file by the index in its name."""
    found = {}
    try:
        names = os.listdir(folder)
    except OSError as error:
        sys.exit(f"cannot read {folder}: {error.strerror}")
    for name in names:
        match = re.fullmatch(r"[^.].*_([0-9]+)\.json", name)
        if match:
            index = int(match[1])
            if index in found:
                sys.exit(
                    f"two results for index {index}: {found[index]} and {folder}/{name}"
                )
            found[index] = f"{folder}/{name}"
    if not found:
        sys.exit(f"no result in {folder}: the names of result files end in _INDEX.json")
    return found


def is_among_inputs(output, args):
    """Say whether the table would be one of the inputs, or lie between them."""
    folder = os.path.realpath(args.results_dir)
    file = os.path.realpath(args.param_file) if args.param_file else None
    # The place of the table, and where that leads to if it is a symbolic link.
    place = os.path.join(os.path.realpath(output.parent), output.name)
    places = [place, os.path.realpath(place)]
    return any(Path(place).is_relative_to(folder) or place == file for place in places)


def expected_indices(args, found):
    """Return the indices that must be there, ascending."""
    if args.expect is not None:
        if args.expect < 1:
            sys.exit(f"--expect {args.expect}: at least one result must be expected")
        return range(args.expect)
    if args.param_file is None:
        return range(min(found), max(found) + 1)
    try:
        with open(args.param_file, newline="", encoding="utf-8") as file:
            indices = sorted({int(row["index"]) for row in csv.DictReader(file)})
    except OSError as error:
        sys.exit(f"cannot read {args.param_file}: {error.strerror}")
    except (KeyError, TypeError, ValueError, csv.Error):
        sys.exit(
            f"{args.param_file} is damaged: every row needs a whole number for index"
        )
    if not indices or indices[0] < 0:
        sys.exit(
            f"{args.param_file} is damaged: "
            "it needs at least one row, and no negative index"
        )
    return indices


def load_runs(path, index):
    """Return the runs of one result; raise ValueError with what is wrong with it."""
    with open(path, "rb", buffering=0) as file:
        result = DECODER.decode(file.read().decode())
    if not isinstance(result, dict) or result.get("index") != str(index):
        raise ValueError(f"it is not the result of index {index}")
    runs = result.get("runs")
    if not isinstance(runs, list) or {type(run) for run in runs} != {dict}:
        raise ValueError("it has no list of runs")
    return runs


def write_table(file, expected, found):
    """Write the rows of the expected results; return the indices to run again."""
    table = csv.writer(file, lineterminator="\n")
    columns = None
    again = []
    for index in expected:
        if index not in found:
            print(f"result {index} is missing", file=sys.stderr)
            again.append(index)
            continue
        try:
            runs = load_runs(found[index], index)
            if columns is None:
                columns = list(runs[0])
                table.writerow(["index", *columns])
            rows = [[index, *run.values()] for run in runs if list(run) == columns]
            if len(rows) < len(runs):
                raise ValueError(f"its columns are not {', '.join(columns)}")
        except (OSError, ValueError, RecursionError) as error:
            print(
                f"result {index} is damaged: {found[index]}: {error}", file=sys.stderr
            )
            again.append(index)
            continue
        table.writerows(rows)
    return again


def main():
    # Without usage, a mistake on the command line is answered with one line.
    parser = argparse.ArgumentParser(
        description="Collect the results of a job array.", usage=argparse.SUPPRESS
    )
    parser.add_argument(
        "results_dir",
        metavar="RESULTS_DIR",
        help="folder of the result files; nothing is written there",
    )
    parser.add_argument("output", metavar="OUTPUT", help="table to write (CSV)")
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--expect", type=int, metavar="N", help="the indices 0 to N-1 must be there"
    )
    group.add_argument(
        "--param-file", metavar="FILE", help="the indices in this file must be there"
    )
    args = parser.parse_args()

    output = Path(args.output)
    if output.is_dir():
        sys.exit(f"{output} is a folder: give the table a name")
    if is_among_inputs(output, args):
        sys.exit(f"{output} is among the inputs: choose another place for the table")
    found = find_results(str(Path(args.results_dir)))
    expected = expected_indices(args, found)
    if expected[-1] > MAX_INDEX:
        sys.exit(
            f"index {expected[-1]} is not possible: "
            f"a job array has none above {MAX_INDEX}"
        )
    unexpected = sorted(found.keys() - expected)
    if unexpected:
        sys.exit(
            "results that nobody expects, perhaps of an earlier array: "
            f"index {fold(unexpected)}"
        )

    unfinished = output.with_name(f".{output.name}.{uuid.uuid4().hex}")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        options = {"newline": "", "encoding": "utf-8", "errors": "backslashreplace"}
        with open(unfinished, "x", **options) as file:
            again = write_table(file, expected, found)
        if not again:
            os.replace(unfinished, output)
    except OSError as error:
        sys.exit(f"cannot write {output}: {error.strerror}")
    finally:
        if os.path.exists(unfinished):
            os.remove(unfinished)
    if again:
        print(f"--array={fold(again)}")
        sys.exit(
            f"{output} is not written: "
            f"{len(again)} of {len(expected)} results are missing or damaged"
        )
    print(f"wrote {output}: {len(expected)} results, index {fold(expected)}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped: nothing was written")
