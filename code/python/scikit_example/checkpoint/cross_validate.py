"""Cross-validate one metric with every neighbour count, again and again.

Writes OUTPUT, a JSON file with the mean accuracy of each neighbour count, and beside it
a checkpoint after each repetition. Starts from the checkpoint if there is one.
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


def load_repetitions(path, parameters):
    """Return the repetitions of a checkpoint, if it was made with these parameters."""
    try:
        checkpoint = json.loads(path.read_bytes())
        repetitions, made_with = checkpoint["repetitions"], checkpoint["parameters"]
        differ = [name for name in parameters if made_with[name] != parameters[name]]
        if any(len(accuracies) != len(N_NEIGHBORS) for accuracies in repetitions):
            raise ValueError(f"a repetition has not {len(N_NEIGHBORS)} accuracies")
    except (LookupError, TypeError, ValueError) as error:
        sys.exit(f"{path} is damaged, remove it to begin anew: {error}")
    for name in differ:
        sys.exit(f"{path}: {name} is {made_with[name]}, not {parameters[name]}")
    return repetitions


parser = argparse.ArgumentParser(description="Cross-validate again and again.")
parser.add_argument("metric", choices=METRICS)
parser.add_argument("n", type=int, metavar="REPETITIONS")
parser.add_argument("output", type=Path, metavar="OUTPUT")
args = parser.parse_args()
if args.n < 1:
    sys.exit(f"REPETITIONS is at least 1, not {args.n}")
args.output.parent.mkdir(exist_ok=True)

parameters = {"metric": args.metric, "n_neighbors": N_NEIGHBORS}
parameters |= {"columns": COLUMNS, "n_folds": N_FOLDS}
checkpoint_file = args.output.with_suffix(".checkpoint.json")
repetitions = []
if checkpoint_file.exists():
    repetitions = load_repetitions(checkpoint_file, parameters)
    if len(repetitions) > args.n:
        sys.exit(f"{checkpoint_file} has {len(repetitions)} repetitions already")
print(f"begins after {len(repetitions)} of {args.n} repetitions")
while len(repetitions) < args.n:
    seed = len(repetitions)  # each repetition has its own
    repetitions.append(cross_validate(args.metric, seed))
    checkpoint = {"parameters": parameters, "repetitions": repetitions}
    write_whole(checkpoint_file, checkpoint)
    print(f"{len(repetitions)} of {args.n} repetitions are done")

means = np.mean(repetitions, axis=0).tolist()
accuracy = dict(zip(N_NEIGHBORS, means, strict=True))
result = {"metric": args.metric, "repetitions": args.n, "accuracy": accuracy}
write_whole(args.output, result)
print(f"wrote {args.output}")
