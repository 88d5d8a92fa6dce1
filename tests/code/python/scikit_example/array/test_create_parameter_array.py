"""The parameter file of the job array."""

import csv

import pytest
from bundle import load

SCRIPT = "python/scikit_example/array/create_parameter_array.py"
READER = "python/scikit_example/array/train_and_plot.py"
TEXT = b"index,n_neighbors\n0,1\n1,2\n2,4\n3,8\n4,16\n5,32\n6,64\n"


def test_the_file_has_one_row_a_task(learner):
    done = learner.run(SCRIPT, check=True)
    assert done.stdout == "wrote params.csv: 7 tasks, --array=0-6\n"
    assert (learner.folder / "params.csv").read_bytes() == TEXT


@pytest.mark.parametrize("step", ["train_and_plot.py", "parameters/submit.py"])
def test_the_counts_are_those_of_the_other_steps(step):
    assert load(f"python/scikit_example/{step}").N_NEIGHBORS == load(SCRIPT).N_NEIGHBORS


def test_the_array_option_follows_the_counts(learner, call):
    assert call(SCRIPT, constants={"N_NEIGHBORS": [3, 5]}) == (0, "wrote params.csv: 2 tasks, --array=0-1\n", "")
    assert (learner.folder / "params.csv").read_bytes() == b"index,n_neighbors\n0,3\n1,5\n"


def test_what_is_written_is_what_the_task_reads(learner, call):
    call(SCRIPT)
    path = learner.folder / load(SCRIPT).PARAM_FILE
    assert load(READER).load_parameters(path) == dict(enumerate(load(SCRIPT).N_NEIGHBORS))


def test_any_value_can_be_read_back(learner, call):
    values = ["a,b", 'c"d', "two\nlines", "é", ""]
    assert call(SCRIPT, constants={"N_NEIGHBORS": values})[0] == 0
    with open(learner.folder / "params.csv", newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["index", "n_neighbors"], *([str(i), v] for i, v in enumerate(values))]


def test_no_tasks_are_one_line_and_leave_the_earlier_file(learner, refusal):
    (learner.folder / "params.csv").write_bytes(TEXT)
    line = refusal(SCRIPT, constants={"N_NEIGHBORS": []})
    assert line == "N_NEIGHBORS is empty: a job array needs at least one task"
