"""The serial script: all 35 runs. (That it agrees with the other steps is in test_steps_agree.py.)"""

import json
from pathlib import Path

import numpy as np
import pytest
from bundle import snapshot

SCRIPT = "python/scikit_example/train_and_plot.py"
ONE_RUN = {"N_NEIGHBORS": [4], "METRICS": ["cosine"]}
SPLIT = "data/iris_split.npz"
MISSING = f"{SPLIT} is missing: run preprocess.py first"


@pytest.mark.slow
def test_it_makes_35_pictures_and_says_each_accuracy(serial):
    runs = json.loads((serial / "scores.json").read_text())
    lines = (serial.parent / "stdout").read_text().splitlines()
    assert lines[:-1] == [f"k={run['n_neighbors']}, {run['metric']}: accuracy {run['accuracy']:.2f}" for run in runs]
    assert lines[-1] == "wrote 35 pictures and results/scores.json"
    pairs = {(run["n_neighbors"], run["metric"]) for run in runs}
    assert len(runs) == len(pairs) == 35
    names = {f"knn_{metric}_{k:02d}.png" for k, metric in pairs}
    assert {path.name for path in serial.iterdir()} == names | {"scores.json"}


def test_no_split_is_one_line(learner):
    assert learner.refuses(SCRIPT) == MISSING


@pytest.mark.parametrize("k", [0, -1, 101])
def test_neighbours_that_cannot_be_are_no_result(prepared, call, k):
    code, _, err = call(SCRIPT, constants=ONE_RUN | {"N_NEIGHBORS": [k]})
    assert code > 0 and "n_neighbors" in err
    assert snapshot(prepared.folder / "results") == {}


class Payload:
    def __reduce__(self):
        return (Path.touch, (Path("ran"),))


# Each step reads the split in the same way (test_steps_agree.py).
DAMAGES = {
    "empty": lambda data, arrays: b"",
    "truncated": lambda data, arrays: data[:-100],
    "one byte of an array": lambda data, arrays: data.replace(arrays["X_test"].tobytes()[:8], b"12345678"),
    "a missing array": lambda data, arrays: {name: arrays[name] for name in arrays if name != "y_test"},
    "a pickled array": lambda data, arrays: arrays | {"y_train": np.array([Payload()], dtype=object)},
}


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # NumPy leaves a damaged archive open
@pytest.mark.parametrize("what", DAMAGES)
def test_a_damaged_split_is_not_silent_and_runs_no_code(prepared, stays, what):
    path = prepared.folder / SPLIT
    with np.load(path) as file:
        damaged = DAMAGES[what](path.read_bytes(), dict(file))
    np.savez(path, **damaged) if isinstance(damaged, dict) else path.write_bytes(damaged)
    assert stays(SCRIPT, constants=ONE_RUN)
    assert not (prepared.folder / "ran").exists()


def test_the_payload_would_have_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "split.npz"
    np.savez(path, X_train=np.array([Payload()], dtype=object))
    with np.load(path, allow_pickle=True) as split:
        split["X_train"]
    assert (tmp_path / "ran").exists()
