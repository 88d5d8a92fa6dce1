"""The command that checks the exercise of the page `cities`."""

import pytest
from bundle import ASCII, CODE, DAMAGED_CITIES, snapshot

SCRIPT = "python/check_cities.py"
AT_ONCE = {"SECONDS_OF_WORK": 0}


@pytest.fixture
def solved(learner, call):
    assert call("python/long_code.py", constants=AT_ONCE)[0] == 0
    return learner


def test_before_the_exercise_every_country_is_missing(call):
    code, out, err = call(SCRIPT)
    lines = out.splitlines()
    assert (code, err, len(lines)) == (1, "", 13)
    assert lines[3] == "missing: 3 Côte d'Ivoire (cities/03_Cote_d_Ivoire.txt)"
    assert lines[-1] == "0 of 12 countries are right"


def test_any_terminal_can_show_what_is_missing(learner):
    done = learner.run(SCRIPT, env=ASCII)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[3] == r"missing: 3 C\xf4te d'Ivoire (cities/03_Cote_d_Ivoire.txt)"


def test_after_it_all_are_right_and_nothing_was_written(solved):
    before = sorted(solved.folder.rglob("*"))
    assert solved.run(SCRIPT, check=True).stdout == "12 of 12 countries are right\n"
    assert sorted(solved.folder.rglob("*")) == before


def test_what_is_missing_differs_or_is_unexpected_is_named(solved, call):
    cities = solved.folder / "cities"
    (cities / "04_Finland.txt").unlink()
    (cities / "06_Japan.txt").write_bytes((cities / "05_France.txt").read_bytes())
    (cities / "12_Atlantis.txt").touch()
    (cities / ".05_France.txt.unfinished").touch()
    code, out, err = call(SCRIPT)
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        "missing: 4 Finland (cities/04_Finland.txt)",
        "differs: 6 Japan (cities/06_Japan.txt)",
        "unexpected: 12_Atlantis.txt in cities/",
        "10 of 12 countries are right",
    ]


def test_a_file_too_many_is_not_right(solved, call):
    (solved.folder / "cities" / "notes\udcff.txt").touch()
    code, out, _ = call(SCRIPT)
    assert code == 1
    assert out == "unexpected: notes\\udcff.txt in cities/\n12 of 12 countries are right\n"


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"\n", lambda data: b""])
def test_one_byte_makes_a_country_differ(solved, call, change):
    path = solved.folder / "cities" / "11_Vietnam.txt"
    path.write_bytes(change(path.read_bytes()))
    assert call(SCRIPT)[1].startswith("differs: 11 Vietnam (cities/11_Vietnam.txt)\n11 of 12")


LINES = (CODE / "cities.csv").read_text(encoding="utf-8").splitlines(keepends=True)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (LINES[:-1], "479 cities of 12 countries"),
        (LINES[: 1 + 40 * 11], "440 cities of 11 countries"),
        ([*LINES, LINES[1]], "481 cities of 12 countries"),
        ([*LINES[:-1], LINES[-1].replace("Vietnam", "Viet Nam")], "480 cities of 13 countries"),
    ],
)
def test_other_data_is_checked_by_nobody(solved, refusal, lines, found):
    # What was made of it may well agree with it.
    (solved.folder / "cities.csv").write_text("".join(lines), encoding="utf-8")
    assert refusal(SCRIPT) == f"cities.csv has {found}, not 480 of 12: take it from the zip again"


@pytest.mark.parametrize(
    ("old", "new"),
    [("44.77842", "4477842"), ("Bihać", "BihaÄ‡"), ("Brazil", "Brasil"), ("17.19386", "17.1938")],
)
def test_a_city_that_was_changed_is_noticed(learner, refusal, old, new):
    path = learner.folder / "cities.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert refusal(SCRIPT) == "cities.csv has other cities than the zip: take it from the zip again"


@pytest.mark.parametrize("what", DAMAGED_CITIES)
def test_a_damaged_csv_is_one_line(learner, refusal, what):
    data, message = DAMAGED_CITIES[what]
    (learner.folder / "cities.csv").unlink()
    if data is not None:
        (learner.folder / "cities.csv").write_text(data)
    assert refusal(SCRIPT) == message


def test_a_mark_and_a_blank_line_do_no_harm(solved, call):
    path = solved.folder / "cities.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\n")
    assert call(SCRIPT) == (0, "12 of 12 countries are right\n", "")


def test_help_checks_nothing(solved, call):
    (solved.folder / "cities.csv").unlink()
    before = snapshot(solved.folder)
    code, out, err = call(SCRIPT, "--help")
    assert (code, err) == (0, "") and out.startswith("usage: check_cities.py [-h]\n") and "right" not in out
    assert snapshot(solved.folder) == before


def test_wrong_arguments_are_refused(refusal):
    assert refusal(SCRIPT, "cities") == "check_cities.py: error: unrecognized arguments: cities"
