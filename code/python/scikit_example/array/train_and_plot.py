"""Train on data/iris_split.npz with the neighbour count of one array task."""

import argparse
import csv
import json
import sys
import uuid
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

plt.switch_backend("agg")  # draws without a screen
plt.rcParams.update({"figure.figsize": (4.8, 3.6), "figure.subplot.bottom": 0.15})

METRICS = ["euclidean", "manhattan", "chebyshev", "canberra", "cosine"]
SPLIT_FILE = Path("data/iris_split.npz")


def load_parameters(path):
    """Return the neighbour count of every task by its index."""
    parameters = {}
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = csv.reader(file)
        header = ",".join(next(rows, []))
        if header != "index,n_neighbors":
            sys.exit(f"{path}, line 1: expected index,n_neighbors, found {header!r}")
        for row in filter(None, rows):  # without empty lines
            if [cell.isdecimal() for cell in row] != [True, True]:
                sys.exit(f"{path}, line {rows.line_num}: no two whole numbers: {row}")
            if int(row[0]) in parameters:
                sys.exit(f"{path}, line {rows.line_num}: index {row[0]} is there twice")
            parameters[int(row[0])] = int(row[1])
    return parameters


parser = argparse.ArgumentParser(description="Train for one array task.")
parser.add_argument("--param-index", type=int, required=True, metavar="INDEX")
parser.add_argument("--param-file", type=Path, default="params.csv", metavar="FILE")
args = parser.parse_args()
index, path = args.param_index, args.param_file
if not path.exists():
    sys.exit(f"{path} is missing: run create_parameter_array.py first")
parameters = load_parameters(path)
if index not in parameters:
    sys.exit(f"{path} has {len(parameters)} indices, and {index} is none of them")
k = parameters[index]
if not SPLIT_FILE.exists():
    sys.exit(f"{SPLIT_FILE} is missing: run preprocess.py first")
split = np.load(SPLIT_FILE, allow_pickle=False)
X_train, y_train = split["X_train"], split["y_train"]
X_test, y_test = split["X_test"], split["y_test"]
if not 1 <= k <= len(X_train):
    sys.exit(f"k={k} is not possible with {len(X_train)} training samples")
Path("results").mkdir(exist_ok=True)
scores = {}
for metric in METRICS:
    knn = KNeighborsClassifier(k, metric=metric)
    model = make_pipeline(StandardScaler(), knn)
    model.fit(X_train, y_train)
    accuracy = model.score(X_test, y_test)
    scores[k, metric] = accuracy

    DecisionBoundaryDisplay.from_estimator(
        model,
        X_test,
        response_method="predict",
        alpha=0.5,
        multiclass_colors="viridis",
        xlabel=split["feature_names"][0],
        ylabel=split["feature_names"][1],
    )
    scatter = plt.scatter(X_test[:, 0], X_test[:, 1], c=y_test, edgecolors="black")
    plt.legend(scatter.legend_elements()[0], split["class_names"])
    title = f"k={k}, {metric}: accuracy {accuracy:.2f}"
    plt.title(title)
    plt.savefig(f"results/knn_{metric}_{k:02d}.png")
    plt.close()
    print(title)

runs = [{"n_neighbors": k, "metric": m, "accuracy": a} for (k, m), a in scores.items()]
scores_file = Path(f"results/scores_{index}.json")
unfinished = scores_file.with_name(f".{uuid.uuid4().hex}.{scores_file.name}")
unfinished.write_text(json.dumps({"index": index, "runs": runs}, indent=1))
unfinished.replace(scores_file)
print(f"wrote {len(runs)} pictures and {scores_file}")
