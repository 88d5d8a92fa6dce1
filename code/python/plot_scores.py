"""Show the collected accuracies as a table and draw them as a heat map.

Reads TABLE, which collection.py writes, and writes PICTURE (PNG).
"""

import argparse
import csv
import io
import os
import sys
import uuid
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure


def load_scores(path):
    """Return the accuracies, shape (metrics, counts), the metrics and the counts."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            scores = {
                (row["metric"], int(row["n_neighbors"])): float(row["accuracy"])
                for row in csv.DictReader(file)
            }
    except FileNotFoundError:
        sys.exit(f"{path} is missing: run collection.py first")
    except OSError as error:
        sys.exit(f"cannot read {path}: {error.strerror}")
    except (KeyError, TypeError, ValueError, csv.Error):
        sys.exit(
            f"{path} is damaged: "
            "every row needs a metric, a whole n_neighbors and an accuracy"
        )
    # The metrics stay in the order of the table.
    metrics = list(dict.fromkeys(metric for metric, _ in scores))
    counts = sorted({k for _, k in scores})
    if not scores or len(scores) != len(metrics) * len(counts):
        sys.exit(
            f"{path} is not complete: "
            "it needs one accuracy for each metric and n_neighbors"
        )
    if not all(0 <= score <= 1 for score in scores.values()):
        sys.exit(f"{path} is damaged: an accuracy is a number from 0 to 1")
    rows = [[scores[metric, k] for k in counts] for metric in metrics]
    return np.array(rows), metrics, counts


def write_whole(path, data):
    """Write the bytes to a hidden file, then rename it: path is whole or not there."""
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(unfinished, "xb") as file:
            file.write(data)
        os.replace(unfinished, path)
    except OSError as error:
        sys.exit(f"cannot write {path}: {error.strerror}")
    finally:
        if os.path.exists(unfinished):
            os.remove(unfinished)


def main():
    # Without usage, a mistake on the command line is answered with one line.
    parser = argparse.ArgumentParser(
        description="Show and draw the accuracies.", usage=argparse.SUPPRESS
    )
    parser.add_argument("table", metavar="TABLE", help="table of the accuracies (CSV)")
    parser.add_argument("picture", metavar="PICTURE", help="heat map to write (PNG)")
    args = parser.parse_args()
    picture = Path(args.picture)
    if picture.is_dir():
        sys.exit(f"{picture} is a folder: give the picture a name")
    if os.path.realpath(picture) == os.path.realpath(args.table):
        sys.exit(f"{picture} is the table: choose another place for the picture")
    scores, metrics, counts = load_scores(args.table)

    print("".join([f"{'':10}"] + [f"{f'k={k}':>6}" for k in counts]))
    for metric, row in zip(metrics, scores, strict=True):
        print("".join([f"{metric:10}"] + [f"{score:6.2f}" for score in row]))

    figure = Figure(figsize=(6.4, 4))
    ax = figure.add_axes((0.17, 0.14, 0.8, 0.82))
    ax.imshow(scores, cmap="cividis", aspect="auto")
    middle = (scores.min() + scores.max()) / 2
    for (y, x), score in np.ndenumerate(scores):
        colour = "white" if score < middle else "black"
        ax.text(x, y, f"{score:.2f}", ha="center", va="center", color=colour)
    ax.set_xticks(range(len(counts)), counts)
    # Without parse_math, a $ in a name would begin a formula.
    ax.set_yticks(range(len(metrics)), metrics, parse_math=False)
    ax.set_xlabel("number of neighbours k")
    file = io.BytesIO()
    figure.savefig(file)
    write_whole(picture, file.getvalue())
    print(f"wrote {picture}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped: nothing was written")
