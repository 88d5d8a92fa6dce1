"""The parameter file has each combination once, and the printed array has a task for each piece of it."""

import csv

import pytest

SCRIPT = "python/own_sweep/create_sweep.py"


@pytest.mark.parametrize("folder", ["first", "sweeps/first"])
def test_it_writes_every_combination_once(learner, call, folder):
    assert call(SCRIPT, folder) == (0, f"wrote {folder}/sweep.csv: 24 rows\n--array=0-5 for 4 rows a task\n", "")
    with open(learner.folder / folder / "sweep.csv", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["index", "contacts", "risk", "days", "first_seed"]
    assert [row[0] for row in rows] == [str(index) for index in range(24)]
    assert len({tuple(row[1:]) for row in rows}) == 24
    assert rows[0] == ["0", "4", "0.01", "60", "0"]  # the risk as it is written in the script


@pytest.mark.parametrize(("rows", "array"), [(1, "0-23"), (5, "0-4"), (23, "0-1"), (24, "0-0"), (100, "0-0")])
def test_the_last_task_may_have_fewer_rows(call, rows, array):
    said = call(SCRIPT, "first", constants={"ROWS_PER_TASK": rows})[1]
    assert said.endswith(f"\n--array={array} for {rows} rows a task\n")


def test_the_list_of_a_sweep_does_not_change(learner, call, refusal):
    # Its tasks may still wait.
    assert call(SCRIPT, "first")[0] == 0
    written = (learner.folder / "first/sweep.csv").read_bytes()
    said = refusal(SCRIPT, "first", constants={"RISKS": ["0.5"]})
    assert said == "first/sweep.csv is there: choose another folder for a new sweep"
    assert (learner.folder / "first/sweep.csv").read_bytes() == written
    assert call(SCRIPT, "second")[0] == 0
