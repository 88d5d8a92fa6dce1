"""Score nearest neighbours on one random split of the iris flowers."""

import argparse
import json
import sys
import uuid
from pathlib import Path

import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--param-index", type=int, required=True, metavar="INDEX")
index = parser.parse_args().param_index
if index < 0:
    sys.exit(f"an index is 0 or more, not {index}")

random_state = 42
X, y = load_iris(return_X_y=True)
X = X[:, :2]  # sepal length and sepal width
train, test = train_test_split(
    np.arange(len(y)), test_size=50, stratify=y, random_state=random_state
)
model = KNeighborsClassifier(8).fit(X[train], y[train])
accuracy = model.score(X[test], y[test])

runs = [{"random_state": random_state, "accuracy": accuracy}]
split_file = Path(f"splits/split_{index}.json")
split_file.parent.mkdir(exist_ok=True)
unfinished = split_file.with_name(f".{uuid.uuid4().hex}.{split_file.name}")
unfinished.write_text(json.dumps({"index": index, "runs": runs}, indent=1))
unfinished.replace(split_file)
print(f"test flowers {test[:4]} and others: accuracy {accuracy:.2f}")
