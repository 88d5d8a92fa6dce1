"""The runs of one neighbour count from the command line. (That all steps agree: test_steps_agree.py.)"""

import json

import pytest
from bundle import snapshot

SCRIPT = "python/scikit_example/parameters/train_and_plot.py"
METRICS = ["euclidean", "manhattan", "chebyshev", "canberra", "cosine"]


@pytest.mark.slow
def test_two_copies_at_the_same_time(prepared):
    calls = [[SCRIPT, "--n-neighbors", k] for k in (4, 4)]
    for done in prepared.together(*calls):
        assert (done.returncode, done.stderr) == (0, "")
        lines = done.stdout.splitlines()
        assert [line.split(":")[0] for line in lines[:-1]] == [f"k=4, {metric}" for metric in METRICS]
        assert lines[-1] == "wrote 5 pictures and results/scores_k04.json"
    names = [f"knn_{metric}_04.png" for metric in METRICS]
    assert sorted(snapshot(prepared.folder / "results")) == sorted([*names, "scores_k04.json"])
    runs = json.loads((prepared.folder / "results/scores_k04.json").read_text())
    assert [(run["n_neighbors"], run["metric"]) for run in runs] == [(4, metric) for metric in METRICS]


@pytest.mark.parametrize("k", [0, -1, 101, 10**30])
def test_neighbours_that_cannot_be_are_one_line(prepared, refusal, k):
    line = refusal(SCRIPT, "--n-neighbors", k)
    assert line == f"k={k} neighbours are not possible: the 100 training samples allow 1 to 100"


@pytest.mark.slow
def test_more_neighbours_than_training_samples_are_one_line(prepared, smaller_split):
    smaller_split(10)
    line = prepared.refuses(SCRIPT, "--n-neighbors", 11)
    assert line == "k=11 neighbours are not possible: the 10 training samples allow 1 to 10"


def test_the_split_says_how_many_neighbours_are_possible(smaller_split, call, refusal):
    smaller_split(10)
    assert call(SCRIPT, "--n-neighbors", 10)[0] == 0
    smaller_split(0)
    line = refusal(SCRIPT, "--n-neighbors", 1)
    assert line == "k=1 neighbours are not possible: the 0 training samples allow 1 to 0"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "the following arguments are required: --n-neighbors"),
        (["--n-neighbors"], "argument --n-neighbors: expected one argument"),
        (["--n-neighbors", "four"], "argument --n-neighbors: invalid int value: 'four'"),
        (["--n-neighbors", "4.0"], "argument --n-neighbors: invalid int value: '4.0'"),
        (["--n-neighbors", ""], "argument --n-neighbors: invalid int value: ''"),
        (["--n-neighbors", "1\n2"], r"argument --n-neighbors: invalid int value: '1\n2'"),
        (["4"], "the following arguments are required: --n-neighbors"),
        (["--n-neighbors", "4", "8"], "unrecognized arguments: 8"),
    ],
)
def test_what_is_no_number_is_one_line(prepared, refusal, args, message):
    assert refusal(SCRIPT, *args).endswith(f"error: {message}")


def test_no_split_is_one_line(refusal):
    assert refusal(SCRIPT, "--n-neighbors", 4) == "data/iris_split.npz is missing: run preprocess.py first"


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # NumPy leaves a damaged archive open
def test_a_damaged_split_is_one_line(prepared, refusal):
    path = prepared.folder / "data/iris_split.npz"
    path.write_bytes(path.read_bytes()[:-1])
    assert refusal(SCRIPT, "--n-neighbors", 4) == "data/iris_split.npz is damaged: run preprocess.py again"


@pytest.mark.slow
def test_a_full_disk_leaves_whole_pictures_only(prepared, serial):
    call = [SCRIPT, "--n-neighbors", 4]
    line = prepared.refuses_on_full_disk("results", *call, free=100_000, leaves=["results/knn_*.png"])
    written = snapshot(prepared.folder / "results")
    assert line.startswith("cannot write results/knn_") and line.endswith("_04.png: No space left on device")
    assert 1 <= len(written) < 5
    assert written == {name: (serial / name).read_bytes() for name in written}


@pytest.mark.slow
def test_a_read_only_disk_is_one_line(prepared):
    line = prepared.refuses_on_read_only("results", SCRIPT, "--n-neighbors", 4)
    assert line == "cannot write results/knn_euclidean_04.png: Read-only file system"


@pytest.mark.slow
def test_ctrl_c_leaves_nothing_half_written(prepared, paused):
    done = prepared.interrupt(SCRIPT, "--n-neighbors", 4, after="paused", env=paused)
    assert (done.returncode, done.stderr) == (1, "stopped: every file in results/ is whole\n")
    assert list((prepared.folder / "results").iterdir()) == []
