"""The runs of one neighbour count from the command line. (That all steps agree: test_steps_agree.py.)"""

import pytest
from bundle import snapshot

SCRIPT = "python/scikit_example/parameters/train_and_plot.py"


def test_the_result_is_named_by_the_neighbour_count(prepared, call):
    code, out, err = call(SCRIPT, "--n-neighbors", 4, constants={"METRICS": ["cosine"]})
    assert (code, err) == (0, "")
    assert out.startswith("k=4, cosine: accuracy 0.") and out.endswith(
        "\nwrote 1 pictures and results/scores_k04.json\n"
    )
    assert sorted(snapshot(prepared.folder / "results")) == ["knn_cosine_04.png", "scores_k04.json"]


@pytest.mark.parametrize("k", [0, -1, 101, 10**30])
def test_neighbours_that_cannot_be_are_one_line(prepared, refusal, k):
    line = refusal(SCRIPT, "--n-neighbors", k)
    assert line == f"k={k} is not possible with 100 training samples"


def test_all_training_samples_can_be_neighbours(prepared, call):
    assert call(SCRIPT, "--n-neighbors", 100, constants={"METRICS": ["cosine"]})[0] == 0


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "the following arguments are required: --n-neighbors"),
        (["--n-neighbors", "four"], "argument --n-neighbors: invalid int value: 'four'"),
        (["--n-neighbors", "4.0"], "argument --n-neighbors: invalid int value: '4.0'"),
        (["--n-neighbors", ""], "argument --n-neighbors: invalid int value: ''"),
        (["4"], "the following arguments are required: --n-neighbors"),
        (["--n-neighbors", "4", "8"], "unrecognized arguments: 8"),
    ],
)
def test_what_is_no_number_is_refused(prepared, refusal, args, message):
    assert refusal(SCRIPT, *args) == f"train_and_plot.py: error: {message}"


def test_no_split_is_one_line(refusal):
    assert refusal(SCRIPT, "--n-neighbors", 4) == "data/iris_split.npz is missing: run preprocess.py first"
