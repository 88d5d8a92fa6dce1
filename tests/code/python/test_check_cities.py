"""The command by which a learner checks the exercise of the page `cities`."""

import pytest
from bundle import DAMAGED_CITIES

SCRIPT = "python/check_cities.py"
AT_ONCE = {"SECONDS_OF_WORK": 0}


@pytest.fixture
def solved(learner):
    learner.run("python/long_code.py", constants=AT_ONCE, check=True)
    return learner


def test_before_the_exercise_every_country_is_missing(learner):
    done = learner.run(SCRIPT)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr, len(lines)) == (1, "", 13)
    assert lines[3] == "missing: 3 Côte d'Ivoire (cities/03_Cote_d_Ivoire.txt)"
    assert lines[-1] == "0 of 12 countries are right"


def test_after_it_all_are_right_and_nothing_was_written(solved):
    before = sorted(solved.folder.rglob("*"))
    assert solved.run(SCRIPT, check=True).stdout == "12 of 12 countries are right\n"
    assert sorted(solved.folder.rglob("*")) == before


def test_what_is_missing_differs_or_is_unexpected_is_named(solved):
    cities = solved.folder / "cities"
    (cities / "04_Finland.txt").unlink()
    (cities / "06_Japan.txt").write_bytes((cities / "05_France.txt").read_bytes())
    (cities / "12_Atlantis.txt").touch()
    (cities / ".05_France.txt.unfinished").touch()
    done = solved.run(SCRIPT)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "missing: 4 Finland (cities/04_Finland.txt)",
        "differs: 6 Japan (cities/06_Japan.txt)",
        "unexpected: '12_Atlantis.txt' in cities/",
        "10 of 12 countries are right",
    ]


def test_a_file_too_many_is_not_right(solved):
    (solved.folder / "cities" / "notes\udcff.txt").touch()
    done = solved.run(SCRIPT)
    assert done.returncode == 1
    assert done.stdout == "unexpected: 'notes\\udcff.txt' in cities/\n12 of 12 countries are right\n"


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"\n", lambda data: b""])
def test_one_byte_makes_a_country_differ(solved, change):
    path = solved.folder / "cities" / "11_Vietnam.txt"
    path.write_bytes(change(path.read_bytes()))
    assert solved.run(SCRIPT).stdout.startswith("differs: 11 Vietnam (cities/11_Vietnam.txt)\n11 of 12")


def test_what_cannot_be_read_is_one_line(learner):
    (learner.folder / "cities").touch()
    assert learner.refuses(SCRIPT) == "cannot read cities/: Not a directory"
    (learner.folder / "cities").unlink()
    (learner.folder / "cities" / "00_Bosnia_and_Herzegovina.txt").mkdir(parents=True)
    assert learner.refuses(SCRIPT) == "cannot read cities/00_Bosnia_and_Herzegovina.txt: Is a directory"


@pytest.mark.parametrize(("data", "message"), DAMAGED_CITIES)
def test_a_damaged_csv_is_one_line(learner, data, message):
    (learner.folder / "cities.csv").unlink()
    if data is not None:
        (learner.folder / "cities.csv").write_bytes(data)
    assert learner.refuses(SCRIPT).startswith(message)
