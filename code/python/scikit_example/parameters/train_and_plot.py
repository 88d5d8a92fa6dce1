"""Train k nearest neighbours with one neighbour count and every metric.

Reads data/iris_split.npz, which preprocess.py writes.
Writes one picture a run, results/knn_METRIC_K.png, and the accuracies,
results/scores_kK.json.
"""

import argparse
import io
import json
import os
import sys
import uuid
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.image import imsave
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

METRICS = ["euclidean", "manhattan", "chebyshev", "canberra", "cosine"]
SPLIT_FILE = Path("data/iris_split.npz")
RESULTS = Path("results")


def load_split(path):
    """Return the arrays of the split by name; refuse a file that could run code."""
    names = ["X_train", "X_test", "y_train", "y_test", "feature_names", "class_names"]
    try:
        with np.load(path, allow_pickle=False) as split:
            return {name: split[name] for name in names}
    except FileNotFoundError:
        sys.exit(f"{path} is missing: run preprocess.py first")
    except Exception:  # a damaged file can lead to nearly every kind of error
        sys.exit(f"{path} is damaged: run preprocess.py again")


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


class Picture:
    """Draws the decision boundaries of one run after another.

    Axes, labels and legend take most of the time of a picture, and they are the same in
    all of them. So they are drawn once, as a frame, and each run draws only the rest.
    """

    def __init__(self, split):
        left, bottom = split["X_test"].min(axis=0) - 0.3
        right, top = split["X_test"].max(axis=0) + 0.3
        x, y = np.meshgrid(np.linspace(left, right, 100), np.linspace(bottom, top, 75))
        self.grid = np.column_stack([x.ravel(), y.ravel()])
        self.shape = x.shape

        figure = Figure(figsize=(4.8, 3.6))
        ax = figure.add_axes(
            (0.12, 0.14, 0.85, 0.70), xticks=[5, 6, 7], yticks=[2, 3, 4]
        )
        ax.set_xlabel(split["feature_names"][0])
        ax.set_ylabel(split["feature_names"][1])
        colours = ["tab:orange", "tab:green", "tab:blue"]
        self.regions = ax.imshow(
            np.zeros(self.shape),
            extent=(left, right, bottom, top),
            origin="lower",
            aspect="auto",
            cmap=ListedColormap(colours),
            vmin=0,
            vmax=2,
            alpha=0.4,
        )
        self.over = [self.regions]
        for label, name in enumerate(split["class_names"]):
            x, y = split["X_test"][split["y_test"] == label].T
            self.over += ax.plot(
                x,
                y,
                "os^"[label],
                color=colours[label],
                markeredgecolor="black",
                label=name,
            )
        ax.legend(
            loc="lower center", bbox_to_anchor=(0.5, 0.98), ncols=3, frameon=False
        )
        self.title = ax.set_title("", y=1.1)
        self.over.append(self.title)

        for artist in self.over:
            artist.set_animated(True)  # leaves it out of the frame
        self.canvas = FigureCanvasAgg(figure)
        self.canvas.draw()
        self.frame = self.canvas.copy_from_bbox(figure.bbox)

    def png(self, model, title):
        """Return the picture of the model as the bytes of a PNG file."""
        self.regions.set_data(model.predict(self.grid).reshape(self.shape))
        self.title.set_text(title)
        self.canvas.restore_region(self.frame)
        for artist in self.over:
            artist.axes.draw_artist(artist)
        file = io.BytesIO()
        imsave(file, self.canvas.buffer_rgba())
        return file.getvalue()


def main():
    # Without usage, a mistake on the command line is answered with one line.
    parser = argparse.ArgumentParser(
        description="Train with one neighbour count.", usage=argparse.SUPPRESS
    )
    parser.add_argument(
        "--n-neighbors",
        type=int,
        required=True,
        metavar="K",
        help="how many neighbours vote",
    )
    k = parser.parse_args().n_neighbors

    split = load_split(SPLIT_FILE)
    X_train, y_train = split["X_train"], split["y_train"]
    X_test, y_test = split["X_test"], split["y_test"]
    n_samples = len(X_train)
    if not 1 <= k <= n_samples:
        sys.exit(
            f"k={k} neighbours are not possible: "
            f"the {n_samples} training samples allow 1 to {n_samples}"
        )

    picture = Picture(split)
    runs = []
    for metric in METRICS:
        knn = KNeighborsClassifier(k, metric=metric)
        model = make_pipeline(StandardScaler(), knn)
        model.fit(X_train, y_train)
        accuracy = model.score(X_test, y_test)
        title = f"k={k}, {metric}: accuracy {accuracy:.2f}"
        picture_file = RESULTS / f"knn_{metric}_{k:02d}.png"
        write_whole(picture_file, picture.png(model, title))
        print(title, flush=True)
        runs.append({"n_neighbors": k, "metric": metric, "accuracy": accuracy})

    scores_file = RESULTS / f"scores_k{k:02d}.json"
    write_whole(scores_file, json.dumps(runs, indent=1).encode())
    print(f"wrote {len(runs)} pictures and {scores_file}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped: every file in results/ is whole")
