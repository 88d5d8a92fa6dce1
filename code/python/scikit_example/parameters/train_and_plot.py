"""Train on data/iris_split.npz with one neighbour count and every metric."""

import argparse
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

parser = argparse.ArgumentParser(description="Train with one neighbour count.")
parser.add_argument(
    "--n-neighbors", type=int, required=True, metavar="K", help="how many neighbours"
)
k = parser.parse_args().n_neighbors

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
scores_file = Path(f"results/scores_k{k:02d}.json")
unfinished = scores_file.with_name(f".{uuid.uuid4().hex}.{scores_file.name}")
unfinished.write_text(json.dumps(runs, indent=1))
unfinished.replace(scores_file)
print(f"wrote {len(runs)} pictures and {scores_file}")
