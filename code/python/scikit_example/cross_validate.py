"""Cross-validate one metric with every neighbour count, again and again.

Writes OUTPUT, a JSON file with the mean accuracy of each neighbour count.
"""

import argparse
import json
import sys
import uuid
from pathlib import Path

import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

N_NEIGHBORS = [1, 2, 4, 8, 16, 32, 64]
METRICS = ["euclidean", "manhattan", "chebyshev", "canberra", "cosine"]
COLUMNS = [0, 1]  # sepal length and sepal width
N_FOLDS = 5


def cross_validate(metric, seed):
    """Return the accuracy of every neighbour count. The seed says how to shuffle."""
    iris = load_iris()
    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed)
    accuracies = []
    for k in N_NEIGHBORS:
        model = make_pipeline(StandardScaler(), KNeighborsClassifier(k, metric=metric))
        scores = cross_val_score(model, iris.data[:, COLUMNS], iris.target, cv=folds)
        accuracies.append(scores.mean())
    return accuracies


def write_whole(path, content):
    """Write JSON under a hidden name, then give the file its own name."""
    unfinished = path.with_name(f".{uuid.uuid4().hex}.{path.name}")
    unfinished.write_text(json.dumps(content, indent=1))
    unfinished.replace(path)


parser = argparse.ArgumentParser(description="Cross-validate again and again.")
parser.add_argument("metric", choices=METRICS)
parser.add_argument("n", type=int, metavar="REPETITIONS")
parser.add_argument("output", type=Path, metavar="OUTPUT")
args = parser.parse_args()
if args.n < 1:
    sys.exit(f"REPETITIONS is at least 1, not {args.n}")
args.output.parent.mkdir(exist_ok=True)

repetitions = []
while len(repetitions) < args.n:
    seed = len(repetitions)  # each repetition has its own
    repetitions.append(cross_validate(args.metric, seed))
    print(f"{len(repetitions)} of {args.n} repetitions are done")

means = np.mean(repetitions, axis=0).tolist()
accuracy = dict(zip(N_NEIGHBORS, means, strict=True))
result = {"metric": args.metric, "repetitions": args.n, "accuracy": accuracy}
write_whole(args.output, result)
print(f"wrote {args.output}")
