"""The solution of the page `cities`: one country, by its index."""

import random
import shutil

import pytest
from bundle import CODE

SCRIPT = "solutions/python/long_code_for_index.py"
CHECK = "check.py"
AT_ONCE = {"SECONDS_OF_WORK": 0}


def test_one_index_writes_one_country(learner, call):
    assert call(SCRIPT, 3, constants=AT_ONCE) == (0, "wrote cities/03_Cote_d_Ivoire.txt: 40 cities\n", "")
    assert [path.name for path in (learner.folder / "cities").iterdir()] == ["03_Cote_d_Ivoire.txt"]


def test_all_tasks_at_the_same_time_in_any_order_give_what_the_serial_script_gives(learner):
    indices = random.sample(range(12), 12)
    for done in learner.together(*([SCRIPT, index] for index in indices), constants=AT_ONCE):
        assert (done.returncode, done.stderr) == (0, "")
    by_index = {path.name: path.read_bytes() for path in (learner.folder / "cities").iterdir()}
    learner.run("python/long_code.py", constants=AT_ONCE, check=True)
    assert {path.name: path.read_bytes() for path in (learner.folder / "cities").iterdir()} == by_index
    shutil.copy(CODE / SCRIPT, learner.folder / "python/my_code_for_index.py")
    assert learner.run(CHECK, "cities", check=True).stdout == "right: cities\n"


@pytest.mark.parametrize("arguments", [["12"], ["-1"], ["1.0"], ["01"], ["France"], [""], ["٣"], [], ["0", "1"]])
def test_another_index_is_one_line_that_says_what_is_possible(refusal, arguments):
    line = refusal(SCRIPT, *arguments, constants=AT_ONCE)
    assert line == f"give one index from 0 to 11, not {arguments}"


def test_the_possible_indices_come_from_the_data(learner):
    (learner.folder / "cities.csv").write_bytes(b"Name,Country,Latitude,Longitude\nOslo,Norway,59.9,10.7\n")
    assert learner.refuses(SCRIPT, 1) == "give one index from 0 to 0, not ['1']"


def test_a_damaged_csv_is_one_line(damaged_cities, refusal):
    assert refusal(SCRIPT, 0, constants=AT_ONCE) == damaged_cities
