"""The split of the iris data: made once, shared by all runs."""

import time

import numpy as np
import pytest
from sklearn.datasets import load_iris

SCRIPT = "python/scikit_example/preprocess.py"
NAME = "data/iris_split.npz"
SAID = f"wrote {NAME}: 100 training, 50 test samples\n"


@pytest.fixture
def arrays(split):
    with np.load(split, allow_pickle=False) as file:
        return dict(file)


def test_the_file_does_not_depend_on_the_time(call, learner, split, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 2e9)
    assert call(SCRIPT) == (0, SAID, "")
    assert (learner.folder / NAME).read_bytes() == split.read_bytes()


def test_every_flower_is_in_one_part(arrays):
    iris = load_iris()
    flowers = np.column_stack([iris.data[:, :2], iris.target])
    parts = [np.column_stack([arrays[f"X_{part}"], arrays[f"y_{part}"]]) for part in ("train", "test")]
    assert [len(part) for part in parts] == [100, 50]
    # The same flowers, in another order: features are still beside their own class.
    assert sorted(map(tuple, np.concatenate(parts))) == sorted(map(tuple, flowers))


def test_the_split_is_stratified(arrays):
    assert sorted(np.bincount(arrays["y_train"])) == [33, 33, 34]
    assert sorted(np.bincount(arrays["y_test"])) == [16, 17, 17]


def test_features_and_classes_are_what_their_names_say(arrays):
    assert set(arrays) == {"X_train", "X_test", "y_train", "y_test", "feature_names", "class_names"}
    assert arrays["X_train"].shape == (100, 2) and arrays["X_test"].shape == (50, 2)
    assert arrays["y_train"].shape == (100,) and arrays["y_test"].shape == (50,)
    assert arrays["feature_names"].tolist() == ["sepal length (cm)", "sepal width (cm)"]
    assert arrays["class_names"].tolist() == ["setosa", "versicolor", "virginica"]
    # A sepal is longer than wide; setosa's is the shortest, virginica's the longest.
    for part in ("train", "test"):
        features, classes = arrays[f"X_{part}"], arrays[f"y_{part}"]
        assert (features[:, 0] > features[:, 1]).all()
        means = [features[classes == label, 0].mean() for label in range(3)]
        assert means == sorted(means)


def test_a_file_in_place_of_the_folder_is_not_overwritten(learner, stays):
    (learner.folder / "data").write_bytes(b"mine")
    assert "FileExistsError" in stays(SCRIPT)


def test_other_features_have_their_own_names(call, learner):
    call(SCRIPT, constants={"COLUMNS": slice(2, 4)})
    with np.load(learner.folder / NAME) as split:
        assert split["feature_names"].tolist() == load_iris().feature_names[2:]
        assert {tuple(row) for row in split["X_test"]} <= {tuple(row) for row in load_iris().data[:, 2:]}
