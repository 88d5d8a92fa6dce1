"""The runs of one array task, by its index. (That all steps agree: test_steps_agree.py.)"""

import json

import pytest
from bundle import snapshot

SCRIPT = "python/scikit_example/array/train_and_plot.py"
CREATE = "python/scikit_example/array/create_parameter_array.py"
METRICS = ["euclidean", "manhattan", "chebyshev", "canberra", "cosine"]


@pytest.fixture
def with_parameters(prepared, call):
    """The learner, with the split and params.csv."""
    assert call(CREATE)[0] == 0
    return prepared


@pytest.mark.slow
def test_two_copies_at_the_same_time(with_parameters):
    calls = [[SCRIPT, "--param-index", index] for index in (2, 2)]
    for done in with_parameters.together(*calls):
        assert (done.returncode, done.stderr) == (0, "")
        lines = done.stdout.splitlines()
        assert [line.split(":")[0] for line in lines[:-1]] == [f"k=4, {metric}" for metric in METRICS]
        assert lines[-1] == "wrote 5 pictures and results/scores_2.json"
    names = [f"knn_{metric}_04.png" for metric in METRICS]
    assert sorted(snapshot(with_parameters.folder / "results")) == sorted([*names, "scores_2.json"])
    result = json.loads((with_parameters.folder / "results/scores_2.json").read_text())
    assert result["index"] == 2
    assert [(run["n_neighbors"], run["metric"]) for run in result["runs"]] == [(4, metric) for metric in METRICS]


def test_the_index_is_looked_up_in_the_file(prepared, call):
    # Not the row's number: the rows are in no order and the indices have gaps.
    (prepared.folder / "some.csv").write_text("n_neighbors,index\n4,7\n16,2\n")
    code, out, err = call(SCRIPT, "--param-file", "some.csv", "--param-index", 7)
    assert (code, err) == (0, "")
    assert out.startswith("k=4, euclidean") and out.endswith("results/scores_7.json\n")


@pytest.mark.parametrize("index", [7, -1, -7, 10**30])
def test_an_index_out_of_range_is_one_line(with_parameters, refusal, index):
    assert refusal(SCRIPT, "--param-index", index) == f"index {index} is not in params.csv: it has 0 to 6"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "the following arguments are required: --param-index"),
        (["3"], "the following arguments are required: --param-index"),
        (["--param-index"], "argument --param-index: expected one argument"),
        (["--param-index", "three"], "argument --param-index: invalid int value: 'three'"),
        (["--param-index", "3.0"], "argument --param-index: invalid int value: '3.0'"),
        (["--param-index", ""], "argument --param-index: invalid int value: ''"),
        (["--param-index", "3", "4"], "unrecognized arguments: 4"),
    ],
)
def test_what_is_no_index_is_one_line(with_parameters, refusal, args, message):
    assert refusal(SCRIPT, *args).endswith(f"error: {message}")


PARAMETERS = {
    "empty": b"",
    "header only": b"index,n_neighbors\n",
    "no header": b"0,1\n1,2\n",
    "another header": b"index,metric\n0,1\n",
    "a short row": b"index,n_neighbors\n0,1\n1\n",
    "text": b"index,n_neighbors\n0,one\n",
    "a fraction": b"index,n_neighbors\n0,1.5\n",
    "nothing between commas": b"index,n_neighbors\n0,\n",
    "an index twice": b"index,n_neighbors\n0,1\n1,2\n0,4\n",
    "binary": bytes(range(256)),
    "Latin-1": "index,n_neighbors,näme\n0,1,a\n".encode("latin-1"),
    "one long field": b"index,n_neighbors\n0," + b"1" * 200_000,
    "cut in the header": b"index,n_neigh",
}


@pytest.mark.parametrize("what", PARAMETERS)
def test_a_damaged_parameter_file_is_one_line(prepared, refusal, what):
    (prepared.folder / "params.csv").write_bytes(PARAMETERS[what])
    assert refusal(SCRIPT, "--param-index", 0).startswith("params.csv is damaged: ")


@pytest.mark.slow
def test_no_parameter_file_is_one_line(prepared):
    line = prepared.refuses(SCRIPT, "--param-index", 0)
    assert line == "params.csv is missing: run create_parameter_array.py first"


def test_a_folder_in_place_of_the_parameter_file_is_one_line(refusal):
    line = refusal(SCRIPT, "--param-index", 0, "--param-file", "slurm")
    assert line == "cannot read slurm: Is a directory"


@pytest.mark.parametrize("k", [0, -1, 11])
def test_neighbours_that_cannot_be_are_one_line(prepared, smaller_split, refusal, k):
    smaller_split(10)
    (prepared.folder / "params.csv").write_text(f"index,n_neighbors\n0,{k}\n")
    line = refusal(SCRIPT, "--param-index", 0)
    assert line == f"k={k} neighbours are not possible: the 10 training samples allow 1 to 10"


def test_no_split_is_one_line(learner, call, refusal):
    call(CREATE)
    assert refusal(SCRIPT, "--param-index", 0) == "data/iris_split.npz is missing: run preprocess.py first"


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # NumPy leaves a damaged archive open
def test_a_damaged_split_is_one_line(with_parameters, refusal):
    path = with_parameters.folder / "data/iris_split.npz"
    path.write_bytes(path.read_bytes()[:-1])
    assert refusal(SCRIPT, "--param-index", 0) == "data/iris_split.npz is damaged: run preprocess.py again"


@pytest.mark.slow
def test_a_full_disk_leaves_whole_pictures_only(with_parameters, serial):
    call = [SCRIPT, "--param-index", 2]
    line = with_parameters.refuses_on_full_disk("results", *call, free=100_000, leaves=["results/knn_*.png"])
    written = snapshot(with_parameters.folder / "results")
    assert line.startswith("cannot write results/knn_") and line.endswith("_04.png: No space left on device")
    assert 1 <= len(written) < 5
    assert written == {name: (serial / name).read_bytes() for name in written}


@pytest.mark.slow
def test_a_read_only_disk_is_one_line(with_parameters):
    line = with_parameters.refuses_on_read_only("results", SCRIPT, "--param-index", 2)
    assert line == "cannot write results/knn_euclidean_04.png: Read-only file system"


@pytest.mark.slow
def test_ctrl_c_leaves_whole_pictures_and_no_result(with_parameters, serial, paused):
    env = paused | {"PAUSE_AT": "6"}
    done = with_parameters.interrupt(SCRIPT, "--param-index", 2, after="paused", env=env)
    assert (done.returncode, done.stderr) == (1, "stopped: every file in results/ is whole\n")
    written = snapshot(with_parameters.folder / "results")
    assert written == {name: (serial / name).read_bytes() for name in (f"knn_{metric}_04.png" for metric in METRICS)}
