"""The exercise of the page `cities`: every country, one after the other."""

import ast
import csv
import shutil

import pytest
from bundle import CODE, load
from hypothesis import given, settings
from hypothesis import strategies as st

SCRIPT = "python/long_code.py"
CHECK = "check.py"
AT_ONCE = {"SECONDS_OF_WORK": 0}
COUNTRIES = 12
MODULE = load(SCRIPT)


def with_a_script(learner):
    """Put the script there that the check calls; what this one has written is right or wrong without it."""
    shutil.copy(CODE / "solutions/python/long_code_for_index.py", learner.folder / "python/my_code_for_index.py")


def test_every_country_has_a_line_and_a_file_that_the_check_finds_right(learner):
    done = learner.run(SCRIPT, constants=AT_ONCE, check=True)
    lines = done.stdout.splitlines()
    assert lines[3] == "wrote cities/03_Cote_d_Ivoire.txt: 40 cities"
    assert lines[-1] == "done: 12 countries"
    assert len(lines) == COUNTRIES + 1 and len(list((learner.folder / "cities").iterdir())) == COUNTRIES
    with_a_script(learner)
    assert learner.run(CHECK, "cities", check=True).stdout == "right: cities\n"
    # A second run writes the same.
    (learner.folder / "cities/05_France.txt").write_bytes(b"old")
    learner.run(SCRIPT, constants=AT_ONCE, check=True)
    learner.run(CHECK, "cities", check=True)


def test_a_file_holds_the_cities_of_its_country_in_the_order_of_the_csv(learner, call):
    assert call(SCRIPT, constants=AT_ONCE)[0] == 0
    with open(CODE / "cities.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Country"] == "United States"]
    lines = (learner.folder / "cities" / "10_United_States.txt").read_text(encoding="utf-8").splitlines()
    assert [line.rpartition(": ")[0] for line in lines] == [row["Name"] for row in rows]
    assert "Washington, D.C.: 38.89511 -77.03637" in lines


def test_the_work_is_one_constant():
    assert MODULE.SECONDS_OF_WORK == 20
    assert (CODE / SCRIPT).read_text(encoding="utf-8").count("= 20\n") == 1


@pytest.mark.parametrize(("start", "end"), [("", "\n"), ("\ufeff", "\r\n"), ("", "\n\n"), ("\ufeff", "\r\n\r\n")])
def test_countries_keep_the_order_in_which_they_first_appear(learner, call, start, end):
    rows = [",".join(MODULE.COLUMNS), "b,Z,1,2", "a,A,3,4", "c,Z,-5,6.5", ""]
    (learner.folder / "cities.csv").write_bytes((start + end.join(rows)).encode())
    assert call(SCRIPT, constants=AT_ONCE)[0] == 0
    assert sorted(path.name for path in (learner.folder / "cities").iterdir()) == ["00_Z.txt", "01_A.txt"]
    assert (learner.folder / "cities/00_Z.txt").read_bytes() == b"b: 1.00000 2.00000\nc: -5.00000 6.50000\n"


def test_a_file_stays_in_its_folder_whatever_the_country_is_called(learner, call):
    countries = ["..", "../../up", "/etc/passwd", "日本", 'a"b', "a\nb", "a, b", "-rf", "x" * 5000]
    with open(learner.folder / "cities.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([MODULE.COLUMNS, *(["Town", country, 1, 2] for country in countries)])
    before = {path for path in learner.folder.parent.rglob("*") if path.is_file()}
    assert call(SCRIPT, constants=AT_ONCE)[0] == 0
    new = [path for path in learner.folder.parent.rglob("*") if path.is_file() and path not in before]
    assert [path.parent for path in new] == [learner.folder / "cities"] * len(countries)


@given(st.integers(0, 10**6), st.text(max_size=400))
def test_a_file_name_is_safe(index, country):
    name = MODULE.file_name(index, country)
    assert name.strip(".") and name == name.strip() and not name.startswith((".", "-"))
    assert len(name.encode("ascii")) <= 255 - len("..") - 32, "the hidden name beside it has to fit as well"
    assert all(letter.isalnum() or letter in "_." for letter in name)


@settings(max_examples=50)
@given(st.integers(0, 10**6), st.integers(0, 10**6), st.text(max_size=100), st.text(max_size=100))
def test_two_indices_have_two_file_names(first, second, country, other):
    assert first == second or MODULE.file_name(first, country).lower() != MODULE.file_name(second, other).lower()


def test_the_csv_is_utf_8_whatever_the_computer_prefers(learner):
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    learner.run(SCRIPT, constants=AT_ONCE, env=ascii_only, check=True)
    with_a_script(learner)
    learner.run(CHECK, "cities", env=ascii_only, check=True)


def test_a_damaged_csv_is_one_line(damaged_cities, refusal):
    assert refusal(SCRIPT, constants=AT_ONCE) == damaged_cities


@pytest.mark.parametrize("row", [b"Oslo,Norway,north,10.7\n", b"Troms\xf8,Norway,69.6,18.9\n", b'"Oslo,Norway,1,2\n'])
def test_other_damage_is_not_silent(learner, stays, row):
    (learner.folder / "cities.csv").write_bytes(b"Name,Country,Latitude,Longitude\nBergen,Norway,60.4,5.3\n" + row)
    assert stays(SCRIPT, constants=AT_ONCE)


def functions(script):
    tree = ast.parse((CODE / script).read_text(encoding="utf-8"))
    return {part.name: ast.dump(part) for part in tree.body if isinstance(part, ast.FunctionDef)}


def test_exercise_and_solution_differ_only_in_what_the_exercise_teaches():
    exercise, solution = functions(SCRIPT), functions("solutions/python/long_code_for_index.py")
    assert exercise.keys() == solution.keys()
    assert [name for name in exercise if exercise[name] != solution[name]] == ["main"]


def test_the_check_reads_and_names_as_the_exercise_does():
    exercise, check = functions(SCRIPT), functions(CHECK)
    assert {name for name in exercise if exercise[name] == check.get(name)} == {"read_cities", "file_name"}
