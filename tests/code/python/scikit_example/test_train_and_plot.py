"""The serial script: all 35 runs. (That it agrees with the other steps is in test_steps_agree.py.)"""

import io
import json
import pickle
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from bundle import load, snapshot

SCRIPT = "python/scikit_example/train_and_plot.py"
ONE_K = {"N_NEIGHBORS": [4]}
ALL_OF_K = [f"knn_{metric}_04.png" for metric in ("canberra", "chebyshev", "cosine", "euclidean", "manhattan")]
MISSING = "data/iris_split.npz is missing: run preprocess.py first"
DAMAGED = "data/iris_split.npz is damaged: run preprocess.py again"


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


@pytest.mark.slow
def test_two_copies_at_the_same_time(prepared, serial):
    for done in prepared.together([SCRIPT], [SCRIPT], constants=ONE_K):
        assert (done.returncode, done.stderr) == (0, "")
    written = snapshot(prepared.folder / "results")
    assert sorted(written) == [*ALL_OF_K, "scores.json"]
    assert {name: written[name] for name in ALL_OF_K} == {name: (serial / name).read_bytes() for name in ALL_OF_K}


def test_no_figure_stays_open(prepared, call):
    # pyplot would keep all 35 in memory.
    call(SCRIPT, constants={"N_NEIGHBORS": [1, 2]})
    assert plt.get_fignums() == []


@pytest.mark.slow
def test_no_split_is_one_line(learner):
    assert learner.refuses(SCRIPT) == MISSING


def test_too_many_neighbours_are_one_line_before_any_work(smaller_split, refusal):
    smaller_split(63)
    line = refusal(SCRIPT)
    assert line == "k=64 neighbours are not possible: the 63 training samples allow 1 to 63"


def test_as_many_neighbours_as_samples_are_possible(smaller_split, call):
    smaller_split(64)
    assert call(SCRIPT, constants={"N_NEIGHBORS": [64]})[0] == 0


@pytest.mark.parametrize("k", [0, -1, 101])
def test_neighbours_that_cannot_be_are_one_line(prepared, refusal, k):
    line = refusal(SCRIPT, constants={"N_NEIGHBORS": [1, k]})
    assert line == f"k={k} neighbours are not possible: the 100 training samples allow 1 to 100"


# The split: load_split is the same in all three steps (test_steps_agree.py).

# NumPy leaves a damaged archive open.
left_open = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


class Payload:
    def __reduce__(self):
        return (Path.touch, (Path("ran"),))


def arrays(path):
    with np.load(path) as split:
        return dict(split)


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def with_byte(path, offset, value):
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + offset] = value
    return bytes(data)


DAMAGES = {
    "empty": lambda path: b"",
    "text": lambda path: b"index,n_neighbors\n0,1\n",
    "binary": lambda path: bytes(range(256)) * 20,
    "truncated": lambda path: path.read_bytes()[:-100],
    "half": lambda path: path.read_bytes()[:2000],
    "only the end": lambda path: path.read_bytes()[2000:],
    "one byte of an array": lambda path: path.read_bytes().replace(arrays(path)["X_test"].tobytes()[:8], b"12345678"),
    "a missing array": lambda path: npz(**{k: v for k, v in arrays(path).items() if k != "y_test"}),
    "another archive": lambda path: npz(a=np.arange(3)),
    "one array": lambda path: npy(np.arange(3)),
    "a pickle": lambda path: pickle.dumps(Payload()),
    "a pickled array": lambda path: npz(**arrays(path) | {"y_train": np.array([Payload()], dtype=object)}),
    "one pickled array": lambda path: npy(np.array([Payload()], dtype=object)),
    # In the archive's table of contents a file's entry begins with PK 1 2; the flags are at 8, the compression at 10.
    "encrypted": lambda path: with_byte(path, 8, 1),
    "unknown compression": lambda path: with_byte(path, 10, 99),
}


@left_open
@pytest.mark.parametrize("what", DAMAGES)
def test_a_damaged_split_is_one_line_and_runs_no_code(prepared, refusal, what):
    path = prepared.folder / "data/iris_split.npz"
    before, data = path.read_bytes(), DAMAGES[what](path)
    assert data != before
    path.write_bytes(data)
    assert refusal(SCRIPT) == DAMAGED
    assert not (prepared.folder / "ran").exists()


def test_the_payload_would_have_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "split.npz"
    np.savez(path, X_train=np.array([Payload()], dtype=object))
    with np.load(path, allow_pickle=True) as split:
        split["X_train"]
    assert (tmp_path / "ran").exists()


def test_a_folder_in_place_of_the_split_is_one_line(learner, refusal):
    (learner.folder / "data/iris_split.npz").mkdir(parents=True)
    assert refusal(SCRIPT) == DAMAGED


@left_open
def test_any_byte_may_be_damaged(split, tmp_path):
    load_split = load(SCRIPT).load_split
    path = tmp_path / "split.npz"
    data = split.read_bytes()
    path.write_bytes(data)
    good = load_split(path)
    random = np.random.default_rng(0)
    refused = 0
    # The last 400 bytes are the archive's table of contents.
    for position in [*random.integers(len(data), size=400), *range(len(data) - 400, len(data))]:
        path.write_bytes(data[:position] + random.bytes(1) + data[position + 1 :])
        try:
            read = load_split(path)
        except SystemExit:
            refused += 1
        else:
            assert all(np.array_equal(read[name], good[name]) for name in good)
    assert refused > 400


# Disks and interruptions.


@pytest.mark.slow
def test_a_full_disk_leaves_whole_pictures_only(prepared, serial):
    leaves = ["results/knn_*.png"]
    line = prepared.refuses_on_full_disk("results", SCRIPT, free=100_000, constants=ONE_K, leaves=leaves)
    written = snapshot(prepared.folder / "results")
    assert line.startswith("cannot write results/knn_") and line.endswith("_04.png: No space left on device")
    assert 1 <= len(written) < 5
    assert written == {name: (serial / name).read_bytes() for name in written}


@pytest.mark.slow
def test_a_read_only_disk_is_one_line(prepared):
    line = prepared.refuses_on_read_only(".", SCRIPT, constants=ONE_K)
    assert line == "cannot write results/knn_euclidean_04.png: Read-only file system"


def test_a_file_in_place_of_the_results_is_one_line(prepared, refusal):
    (prepared.folder / "results").write_bytes(b"mine")
    assert refusal(SCRIPT).startswith("cannot write results/knn_euclidean_01.png: ")


@pytest.mark.slow
def test_ctrl_c_leaves_whole_pictures_only(prepared, serial, paused):
    done = prepared.interrupt(SCRIPT, after="paused", env=paused | {"PAUSE_AT": "8"})
    assert (done.returncode, done.stderr) == (1, "stopped: every file in results/ is whole\n")
    written = snapshot(prepared.folder / "results")
    assert len(written) == 7
    assert written == {name: (serial / name).read_bytes() for name in written}
