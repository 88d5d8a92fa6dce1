"""Split the iris data once, so that every training run uses the same split.

Writes data/iris_split.npz.
"""

import uuid
from pathlib import Path

import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

COLUMNS = slice(0, 2)  # sepal length and sepal width
N_TEST_SAMPLES = 50
SPLIT_FILE = Path("data/iris_split.npz")

iris = load_iris()
X = iris.data[:, COLUMNS]
y = iris.target
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=N_TEST_SAMPLES, stratify=y, random_state=0
)

SPLIT_FILE.parent.mkdir(exist_ok=True)
unfinished = SPLIT_FILE.with_name(f".{uuid.uuid4().hex}.{SPLIT_FILE.name}")
arrays = {"X_train": X_train, "X_test": X_test, "y_train": y_train, "y_test": y_test}
names = {"feature_names": iris.feature_names[COLUMNS], "class_names": iris.target_names}
np.savez(unfinished, **arrays, **names)
unfinished.replace(SPLIT_FILE)
print(f"wrote {SPLIT_FILE}: {len(X_train)} training, {len(X_test)} test samples")
