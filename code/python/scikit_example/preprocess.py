"""Split the iris data once, so that every training run uses the same split.

Writes data/iris_split.npz.
"""

import io
import os
import sys
import uuid
from pathlib import Path

import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

N_TEST_SAMPLES = 50
SPLIT_FILE = Path("data/iris_split.npz")


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
    iris = load_iris()
    X = iris.data[:, :2]  # sepal length and sepal width, in cm
    y = iris.target
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=N_TEST_SAMPLES, stratify=y, random_state=0
    )

    file = io.BytesIO()
    np.savez(
        file,
        X_train=X_train,
        X_test=X_test,
        y_train=y_train,
        y_test=y_test,
        feature_names=iris.feature_names[:2],
        class_names=iris.target_names,
    )
    write_whole(SPLIT_FILE, file.getvalue())
    print(
        f"wrote {SPLIT_FILE}: "
        f"{len(X_train)} training samples, {len(X_test)} test samples"
    )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped: nothing was written")
