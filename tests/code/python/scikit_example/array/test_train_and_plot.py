"""The runs of one array task, by its index. (That all steps agree: test_steps_agree.py.)"""

import json

import pytest
from bundle import load, snapshot
from hypothesis import given
from hypothesis import strategies as st

SCRIPT = "python/scikit_example/array/train_and_plot.py"
LOAD_PARAMETERS = load(SCRIPT).load_parameters
ONE_METRIC = {"METRICS": ["cosine"]}
HEADER = "index,n_neighbors\n"


@pytest.fixture
def params(prepared):
    """Write params.csv; prepared is there as well."""

    def params(text):
        data = text if isinstance(text, bytes) else text.encode()
        (prepared.folder / "params.csv").write_bytes(data)

    params(HEADER + "".join(f"{index},{2**index}\n" for index in range(7)))
    return params


def test_the_index_is_looked_up_in_the_file(prepared, call):
    # Not the row's number: the rows are in no order and the indices have gaps.
    (prepared.folder / "some.csv").write_text(HEADER + "7,4\n2,16\n")
    code, out, err = call(SCRIPT, "--param-file", "some.csv", "--param-index", 7, constants=ONE_METRIC)
    assert (code, err) == (0, "")
    assert out.startswith("k=4, cosine") and out.endswith("\nwrote 1 pictures and results/scores_7.json\n")
    assert sorted(snapshot(prepared.folder / "results")) == ["knn_cosine_04.png", "scores_7.json"]
    result = json.loads((prepared.folder / "results/scores_7.json").read_text())
    assert result["index"] == 7 and [run["n_neighbors"] for run in result["runs"]] == [4]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffindex,n_neighbors\n0,1\n1,2\n",
        "index,n_neighbors\r\n0,1\r\n1,2\r\n",
        "\ufeffindex,n_neighbors\r\n\r\n1,2\r\n0,1",
        "index,n_neighbors\r0,1\r1,2\r",
        "index,n_neighbors\n\n0,1\n\n1,2\n\n",
        'index,n_neighbors\n"0","1"\n1,2\n',
    ],
)
def test_what_an_editor_makes_of_the_file_changes_nothing(tmp_path, text):
    (tmp_path / "params.csv").write_bytes(text.encode())
    assert LOAD_PARAMETERS(tmp_path / "params.csv") == {0: 1, 1: 2}


@pytest.mark.parametrize("index", [7, -1, 10**30])
def test_an_unknown_index_is_one_line(params, refusal, index):
    assert refusal(SCRIPT, "--param-index", index) == f"params.csv has 7 indices, and {index} is none of them"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "the following arguments are required: --param-index"),
        (["--param-index", "three"], "argument --param-index: invalid int value: 'three'"),
        (["--param-index", "3.0"], "argument --param-index: invalid int value: '3.0'"),
        (["--param-index", ""], "argument --param-index: invalid int value: ''"),
        (["--param-index", "3", "4"], "unrecognized arguments: 4"),
    ],
)
def test_what_is_no_index_is_refused(params, refusal, args, message):
    assert refusal(SCRIPT, *args) == f"train_and_plot.py: error: {message}"


def header(found):
    return f"line 1: expected index,n_neighbors, found {found!r}"


PARAMETERS = {
    "empty": ("", header("")),
    "no header": ("0,1\n1,2\n", header("0,1")),
    "another header": ("index,metric\n0,1\n", header("index,metric")),
    "another order": ("n_neighbors,index\n4,0\n", header("n_neighbors,index")),
    "one column more": ("index,n_neighbors,metric\n0,1,cosine\n", header("index,n_neighbors,metric")),
    "semicolons": ("index;n_neighbors\n0;1\n", header("index;n_neighbors")),
    "header only": (HEADER, " has 0 indices, and 0 is none of them"),
    "semicolons in a row": (HEADER + "0;1\n", "line 2: no two whole numbers: ['0;1']"),
    "a short row": (HEADER + "0,1\n1\n", "line 3: no two whole numbers: ['1']"),
    "an extra field": (HEADER + "0,1,024\n", "line 2: no two whole numbers: ['0', '1', '024']"),
    "an empty cell": (HEADER + "0,\n", "line 2: no two whole numbers: ['0', '']"),
    "no index": (HEADER + "\n0,1\n,2\n", "line 4: no two whole numbers: ['', '2']"),
    "a blank": (HEADER + "0, 1\n", "line 2: no two whole numbers: ['0', ' 1']"),
    "text": (HEADER + "0,one\n", "line 2: no two whole numbers: ['0', 'one']"),
    "a negative number": (HEADER + "0,1\n1,-2\n", "line 3: no two whole numbers: ['1', '-2']"),
    "a fraction": (HEADER + "0,1.5\n", "line 2: no two whole numbers: ['0', '1.5']"),
    "an underscore": (HEADER + "0,1_6\n", "line 2: no two whole numbers: ['0', '1_6']"),
    "lost bytes": (HEADER + "0,1\0\0\n", r"line 2: no two whole numbers: ['0', '1\x00\x00']"),
    "an index twice": (HEADER + "0,1\n1,2\n0,1\n", "line 4: index 0 is there twice"),
}


@pytest.mark.parametrize("what", PARAMETERS)
def test_a_damaged_parameter_file_is_one_line(params, refusal, what):
    text, message = PARAMETERS[what]
    params(text)
    assert refusal(SCRIPT, "--param-index", 0).removeprefix("params.csv").removeprefix(", ") == message


def test_other_bytes_are_not_silent(params, stays):
    params(b"index,n_neighbors\n0,1\n1,\xff2\n")
    assert "UnicodeDecodeError" in stays(SCRIPT, "--param-index", 0)


@given(st.text('0123,;\n\r"- \0x', max_size=40))
def test_whatever_the_file_holds_a_count_stands_beside_its_index(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "params.csv"
    path.write_bytes((HEADER + text).encode())
    try:
        parameters = LOAD_PARAMETERS(path)
    except SystemExit as stop:
        assert str(stop).startswith(f"{path}, line ")
    else:
        rows = [row.replace('"', "") for row in text.replace("\r", "\n").split("\n")]
        assert sorted(f"{int(i)},{int(k)}" for i, k in (row.split(",") for row in rows if row)) == sorted(
            f"{index},{k}" for index, k in parameters.items()
        )


def test_no_parameter_file_is_one_line(prepared):
    line = prepared.refuses(SCRIPT, "--param-index", 0)
    assert line == "params.csv is missing: run create_parameter_array.py first"


@pytest.mark.parametrize("k", [0, 101])
def test_neighbours_that_cannot_be_are_one_line(params, refusal, k):
    params(HEADER + f"0,{k}\n")
    assert refusal(SCRIPT, "--param-index", 0) == f"k={k} is not possible with 100 training samples"


def test_no_split_is_one_line(prepared, params, refusal):
    (prepared.folder / "data/iris_split.npz").unlink()
    assert refusal(SCRIPT, "--param-index", 0) == "data/iris_split.npz is missing: run preprocess.py first"
