"""Cross-validate some of the pairs of a neighbour count and a metric.

Writes RESULTS/scores_INDEX.json for each pair, as collection.py wants it.
"""

import argparse
import json
import sys
import uuid
from itertools import product
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from sklearn.datasets import load_iris
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

N_NEIGHBORS = [1, 2, 4, 8, 16, 32, 64]
METRICS = ["euclidean", "manhattan", "chebyshev", "canberra", "cosine"]
PAIRS = list(product(N_NEIGHBORS, METRICS))
COLUMNS = [0, 1]  # sepal length and sepal width
N_FOLDS = 5


def cross_validate(k, metric, repetitions):
    """Return the mean accuracy. Each repetition shuffles with its own seed."""
    iris = load_iris()
    model = make_pipeline(StandardScaler(), KNeighborsClassifier(k, metric=metric))
    accuracies = []
    for seed in range(repetitions):
        folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed)
        scores = cross_val_score(model, iris.data[:, COLUMNS], iris.target, cv=folds)
        accuracies.append(scores.mean())
    return float(np.mean(accuracies))


def run(index, repetitions, results):
    """Do the run of this index, and write its result whole or not at all."""
    k, metric = PAIRS[index]
    accuracy = cross_validate(k, metric, repetitions)
    runs = [{"n_neighbors": k, "metric": metric, "accuracy": accuracy}]
    path = results / f"scores_{index}.json"
    unfinished = path.with_name(f".{uuid.uuid4().hex}.{path.name}")
    unfinished.write_text(json.dumps({"index": index, "runs": runs}))
    unfinished.replace(path)


def at_least(least):
    """Return a type for argparse: whole numbers that are not smaller."""

    def number(text):
        if int(text) < least:
            raise argparse.ArgumentTypeError(f"{text} is less than {least}")
        return int(text)

    return number


parser = argparse.ArgumentParser(description="Cross-validate some of the pairs.")
parser.add_argument("first", type=at_least(0), metavar="FIRST", help="of the indices")
parser.add_argument("size", type=at_least(1), metavar="SIZE", help="how many")
parser.add_argument("results", type=Path, metavar="RESULTS", help="folder to write to")
parser.add_argument("--repetitions", type=at_least(1), default=1, metavar="N")
parser.add_argument("--processes", type=at_least(1), default=1, metavar="N")
args = parser.parse_args()

# The last piece may be shorter than the others; one that is empty is a mistake.
indices = range(len(PAIRS))[args.first : args.first + args.size]
if not indices:
    sys.exit(f"no run {args.first}: the {len(PAIRS)} runs are 0 to {len(PAIRS) - 1}")
args.results.mkdir(exist_ok=True)

tasks = [delayed(run)(index, args.repetitions, args.results) for index in indices]
Parallel(n_jobs=args.processes)(tasks)
print(f"runs {indices[0]} to {indices[-1]} are in {args.results}")
