"""The parameter file of the job array."""

import csv
import re

from bundle import CODE, load, snapshot

SCRIPT = "python/scikit_example/array/create_parameter_array.py"
TEXT = b"index,n_neighbors\n0,1\n1,2\n2,4\n3,8\n4,16\n5,32\n6,64\n"


def test_the_file_has_one_row_a_task(learner):
    done = learner.run(SCRIPT, check=True)
    assert done.stdout == "wrote params.csv: 7 tasks, --array=0-6\n"
    assert (learner.folder / "params.csv").read_bytes() == TEXT


def test_the_counts_are_those_of_the_other_steps(learner, call):
    call(SCRIPT)
    with open(learner.folder / "params.csv", newline="", encoding="utf-8") as file:
        rows = [(int(row["index"]), int(row["n_neighbors"])) for row in csv.DictReader(file)]
    assert rows == list(enumerate(load("python/scikit_example/train_and_plot.py").N_NEIGHBORS))
    assert rows == list(enumerate(load("python/scikit_example/parameters/submit.py").N_NEIGHBORS))


def test_the_array_option_follows_the_counts(learner):
    done = learner.run(SCRIPT, constants={"N_NEIGHBORS": [3, 5]}, check=True)
    assert done.stdout == "wrote params.csv: 2 tasks, --array=0-1\n"
    assert (learner.folder / "params.csv").read_bytes() == b"index,n_neighbors\n0,3\n1,5\n"


def test_the_file_is_the_one_that_is_read():
    reader = (CODE / "python/scikit_example/array/train_and_plot.py").read_text(encoding="utf-8")
    assert re.findall(r'"--param-file",\s+default="(.*?)"', reader) == [str(load(SCRIPT).PARAM_FILE)]


def test_a_full_disk_is_one_line_and_leaves_the_earlier_file(learner):
    (learner.folder / "params.csv").write_bytes(b"an earlier file")
    line = learner.refuses_on_full_disk(".", SCRIPT)
    assert line == "cannot write params.csv: No space left on device"


def test_a_read_only_disk_is_one_line(learner):
    assert learner.refuses_on_read_only(".", SCRIPT) == "cannot write params.csv: Read-only file system"


def test_a_folder_in_place_of_the_file_is_one_line(learner):
    (learner.folder / "params.csv").mkdir()
    assert learner.refuses(SCRIPT) == "cannot write params.csv: Is a directory"


def test_ctrl_c_is_one_line_and_leaves_the_earlier_file(learner, paused):
    (learner.folder / "params.csv").write_bytes(b"an earlier file")
    before = snapshot(learner.folder)
    done = learner.interrupt(SCRIPT, after="paused", env=paused)
    assert (done.returncode, done.stderr) == (1, "stopped: nothing was written\n")
    assert snapshot(learner.folder) == before


def test_two_copies_at_the_same_time(learner):
    before = snapshot(learner.folder)
    for done in learner.together([SCRIPT], [SCRIPT], [SCRIPT]):
        assert (done.returncode, done.stderr) == (0, "")
    assert snapshot(learner.folder) == before | {"params.csv": TEXT}
