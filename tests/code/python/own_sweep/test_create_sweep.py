"""The parameter file has each pair once, and the printed array has a task for each piece of it."""

import csv

import pytest

SCRIPT = "python/own_sweep/create_sweep.py"


def test_it_writes_every_pair_once(learner, call):
    assert call(SCRIPT) == (0, "wrote sweep.csv: 24 rows\n--array=0-5 for 4 rows a task\n", "")
    with open(learner.folder / "sweep.csv", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["index", "contacts", "risk"]
    assert [row[0] for row in rows] == [str(index) for index in range(24)]
    assert len({tuple(row[1:]) for row in rows}) == 24
    assert rows[0] == ["0", "4", "0.01"]  # the risk as it is written in the script


@pytest.mark.parametrize(("rows", "array"), [(1, "0-23"), (5, "0-4"), (23, "0-1"), (24, "0-0"), (100, "0-0")])
def test_the_last_task_may_have_fewer_rows(call, rows, array):
    said = call(SCRIPT, constants={"ROWS_PER_TASK": rows})[1]
    assert said.endswith(f"\n--array={array} for {rows} rows a task\n")
