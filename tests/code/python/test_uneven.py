"""The stand-in for runs of different size."""

import json
import time

import pytest

SCRIPT = "python/uneven.py"


@pytest.fixture
def inputs(learner):
    """Write inputs.csv."""
    return lambda *rows: (learner.folder / "inputs.csv").write_text("\n".join(["index,megabytes,seconds", *rows, ""]))


def result(learner, index):
    return json.loads((learner.folder / "uneven" / f"uneven_{index}.json").read_text())


def test_a_run_takes_what_its_row_says(learner, inputs):
    inputs("3,20,0", "0,2,1")
    begin = time.monotonic()
    assert learner.run(SCRIPT, 0, check=True).stdout == "wrote uneven/uneven_0.json\n"
    assert time.monotonic() - begin >= 1
    assert result(learner, 0) == {"index": 0, "runs": [{"megabytes": 2, "seconds": 1, "bytes": 2000000}]}
    learner.run(SCRIPT, 3, check=True)
    assert result(learner, 3) == {"index": 3, "runs": [{"megabytes": 20, "seconds": 0, "bytes": 20000000}]}
    assert sorted(path.name for path in (learner.folder / "uneven").iterdir()) == ["uneven_0.json", "uneven_3.json"]


@pytest.mark.parametrize("index", [1, -1, 30])
def test_an_index_without_a_row_is_one_line(inputs, refusal, index):
    inputs("0,2,0", "3,2,0")
    assert refusal(SCRIPT, index) == f"index {index} is not in inputs.csv"


def test_a_cell_that_is_no_number_is_an_error_and_no_result(learner, call, inputs):
    inputs("0,2O,0")
    code, out, err = call(SCRIPT, 0)
    assert (code, out) == (1, "") and err.splitlines()[-1] == "ValueError: invalid literal for int() with base 10: '2O'"
    assert not (learner.folder / "uneven").exists()
