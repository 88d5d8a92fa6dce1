"""The exercise of the page `cities`: every country, one after the other."""

import ast
import csv
import io
import shutil
import subprocess
import sys

import pytest
from bundle import CODE, HANG, load
from hypothesis import given, settings
from hypothesis import strategies as st

SCRIPT = "python/long_code.py"
CHECK = "python/check_cities.py"
AT_ONCE = {"SECONDS_OF_WORK": 0}
COUNTRIES = 12

# (what is wrong, the file or None for no file, what the line must say)
DAMAGED = {
    "missing": (None, "cannot read cities.csv: No such file"),
    "empty": (b"", "first line is not Name,Country,Latitude,Longitude"),
    "missing column": (b"Name,Country,Latitude\nOslo,Norway,59.9\n", "first line is not"),
    "no city": (b"Name,Country,Latitude,Longitude\n", "no city"),
    "short row": (b"Name,Country,Latitude,Longitude\nOslo,Norway,59.9,10.7\nBergen,Norway\n", "in line 3: not enough"),
    "long row": (b"Name,Country,Latitude,Longitude\nWashington, D.C.,US,38.9,-77.0\n", "in line 2: too many"),
    "not a number": (b"Name,Country,Latitude,Longitude\nOslo,Norway,north,10.7\n", "in line 2: could not convert"),
    "open quote": (b'Name,Country,Latitude,Longitude\n"Oslo,Norway,59.9,10.7\n', "in line 2: unexpected end"),
    "Latin-1": ("Name,Country,Latitude,Longitude\nTromsø,Norway,69.6,18.9\n".encode("latin-1"), "not UTF-8"),
}


def damage(learner, data):
    (learner.folder / "cities.csv").unlink()
    if data is not None:
        (learner.folder / "cities.csv").write_bytes(data)


def written(learner):
    """Return the names in cities/, hidden ones included."""
    return sorted(path.name for path in (learner.folder / "cities").iterdir())


def test_every_country_has_a_line_and_a_file_that_the_check_finds_right(learner):
    done = learner.run(SCRIPT, constants=AT_ONCE, check=True)
    lines = done.stdout.splitlines()
    assert lines[3] == "wrote cities/03_Cote_d_Ivoire.txt: 40 cities"
    assert lines[-1] == "done: 12 countries"
    assert len(lines) == COUNTRIES + 1 and len(written(learner)) == COUNTRIES
    assert learner.run(CHECK, check=True).stdout == "12 of 12 countries are right\n"


def test_a_file_holds_the_cities_of_its_country_in_the_order_of_the_csv(learner):
    learner.run(SCRIPT, constants=AT_ONCE, check=True)
    with open(CODE / "cities.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Country"] == "United States"]
    lines = (learner.folder / "cities" / "10_United_States.txt").read_text(encoding="utf-8").splitlines()
    assert [line.rpartition(": ")[0] for line in lines] == [row["Name"] for row in rows]
    assert "Washington, D.C.: 38.89511 -77.03637" in lines


def test_the_work_is_one_constant_that_an_importer_can_set(learner):
    program = "import long_code; long_code.SECONDS_OF_WORK = 0; long_code.main()"
    command = [sys.executable, "-B", "-c", program]
    env = {"PYTHONPATH": str(CODE / "python")}
    done = subprocess.run(
        command, cwd=learner.folder, env=env, capture_output=True, text=True, timeout=HANG, check=True
    )
    assert done.stdout.endswith("done: 12 countries\n")
    assert load(SCRIPT).SECONDS_OF_WORK == 20
    assert (CODE / SCRIPT).read_text(encoding="utf-8").count("= 20\n") == 1


def test_countries_keep_the_order_in_which_they_first_appear(learner):
    damage(learner, b"Name,Country,Latitude,Longitude\nb,Z,1,2\na,A,3,4\nc,Z,-5,6.5\n")
    learner.run(SCRIPT, constants=AT_ONCE, check=True)
    assert written(learner) == ["00_Z.txt", "01_A.txt"]
    assert (learner.folder / "cities/00_Z.txt").read_bytes() == b"b: 1.00000 2.00000\nc: -5.00000 6.50000\n"


def test_a_file_stays_in_its_folder_whatever_the_country_is_called(learner):
    countries = ["..", "../../up", "/etc/passwd", "", "日本", 'a"b', "a\nb", "a, b", "-rf", "x" * 5000]
    with open(learner.folder / "cities.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([load(SCRIPT).COLUMNS, *(["Town", country, 1, 2] for country in countries)])
    before = {path for path in learner.folder.parent.rglob("*") if path.is_file()}
    learner.run(SCRIPT, constants=AT_ONCE, check=True)
    new = [path for path in learner.folder.parent.rglob("*") if path.is_file() and path not in before]
    assert [path.parent for path in new] == [learner.folder / "cities"] * len(countries)
    learner.run(CHECK, check=True)


FILE_NAME = load(SCRIPT).file_name


@given(st.integers(0, 10**6), st.text(max_size=400))
def test_a_file_name_is_safe(index, country):
    name = FILE_NAME(index, country)
    assert name.strip(".") and name == name.strip() and not name.startswith((".", "-"))
    assert len(name.encode("ascii")) <= 255 - len("..") - 32, "the hidden name beside it has to fit as well"
    assert all(letter.isalnum() or letter in "_." for letter in name)


@settings(max_examples=50)
@given(st.integers(0, 10**6), st.integers(0, 10**6), st.text(max_size=100), st.text(max_size=100))
def test_two_indices_have_two_file_names(first, second, country, other):
    assert first == second or FILE_NAME(first, country).lower() != FILE_NAME(second, other).lower()


def test_the_csv_is_utf_8_whatever_the_computer_prefers(learner):
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    learner.run(SCRIPT, constants=AT_ONCE, env=ascii_only, check=True)
    learner.run(CHECK, env=ascii_only, check=True)


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_csv_is_one_line(learner, what):
    data, message = DAMAGED[what]
    damage(learner, data)
    assert message in learner.refuses(SCRIPT, constants=AT_ONCE)


def test_a_folder_in_place_of_the_csv_is_one_line(learner):
    damage(learner, None)
    (learner.folder / "cities.csv").mkdir()
    assert learner.refuses(SCRIPT, constants=AT_ONCE) == "cannot read cities.csv: Is a directory"


def test_a_full_disk_leaves_whole_files_only(learner):
    whole = learner.folder.parent / "whole"
    learner.run(SCRIPT, constants=AT_ONCE, check=True)
    shutil.move(learner.folder / "cities", whole)
    line = learner.refuses_on_full_disk("cities", SCRIPT, free=3 * 4096, constants=AT_ONCE, leaves=["cities/*.txt"])
    assert line == "cannot write cities/03_Cote_d_Ivoire.txt: No space left on device"
    names = written(learner)
    assert len(names) == 3
    for name in names:
        assert (learner.folder / "cities" / name).read_bytes() == (whole / name).read_bytes()


def test_a_read_only_disk_is_one_line(learner):
    line = learner.refuses_on_read_only("cities", SCRIPT, constants=AT_ONCE)
    assert line == "cannot write cities/00_Bosnia_and_Herzegovina.txt: Read-only file system"


def test_a_file_in_place_of_the_folder_is_one_line(learner):
    (learner.folder / "cities").write_bytes(b"mine")
    assert learner.refuses(SCRIPT, constants=AT_ONCE).startswith("cannot write cities/00_Bosnia_and_Herzegovina.txt: ")


def test_a_name_that_the_disk_does_not_take_is_one_line(tmp_path):
    # Here the hidden file can't even be asked for: no second error may hide the first.
    with pytest.raises(SystemExit, match=r"^cannot write .*: File name too long$"):
        load(SCRIPT).write_whole(tmp_path / ("x" * 250), b"data")


@pytest.mark.parametrize("where", ["time.sleep", "os.replace"])
def test_ctrl_c_leaves_whole_files_only(learner, paused, where):
    env = paused | {"PAUSE_IN": where, "PAUSE_AT": "3"}
    done = learner.interrupt(SCRIPT, after="paused", constants=AT_ONCE, env=env)
    assert (done.returncode, done.stderr) == (1, "stopped: every file in cities/ is whole\n")
    assert written(learner) == ["00_Bosnia_and_Herzegovina.txt", "01_Brazil.txt"]
    check = learner.run(CHECK)
    assert check.stdout.endswith("2 of 12 countries are right\n") and "differs" not in check.stdout


@pytest.mark.parametrize("where", ["write", "replace"])
def test_ctrl_c_in_the_middle_of_a_file_leaves_nothing_of_it(tmp_path, monkeypatch, where):
    module = load(SCRIPT)

    def stop(*_):
        raise KeyboardInterrupt

    class Stopped(io.FileIO):
        def write(self, data):
            super().write(data[:3])
            stop()

    if where == "write":
        monkeypatch.setattr(module, "open", Stopped, raising=False)
    else:
        monkeypatch.setattr(module.os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        module.write_whole(tmp_path / "cities" / "00_A.txt", b"0123456789")
    assert list((tmp_path / "cities").iterdir()) == []


def test_two_copies_at_the_same_time(learner):
    for done in learner.together([SCRIPT], [SCRIPT], [SCRIPT], constants={"SECONDS_OF_WORK": 0.01}):
        assert (done.returncode, done.stderr) == (0, "")
    assert len(written(learner)) == COUNTRIES
    learner.run(CHECK, check=True)


def test_a_second_run_writes_the_same(learner):
    learner.run(SCRIPT, constants=AT_ONCE, check=True)
    (learner.folder / "cities/05_France.txt").write_bytes(b"old")
    learner.run(SCRIPT, constants=AT_ONCE, check=True)
    learner.run(CHECK, check=True)


def functions(script):
    tree = ast.parse((CODE / script).read_text(encoding="utf-8"))
    return {part.name: ast.dump(part) for part in tree.body if isinstance(part, ast.FunctionDef)}


def test_exercise_and_solution_differ_only_in_what_the_exercise_teaches():
    exercise, solution = functions(SCRIPT), functions("python/long_code_for_index.py")
    assert exercise.keys() == solution.keys()
    assert [name for name in exercise if exercise[name] != solution[name]] == ["main"]


def test_the_check_reads_and_names_as_the_exercise_does():
    exercise, check = functions(SCRIPT), functions(CHECK)
    assert {name for name in exercise if exercise[name] == check.get(name)} == {"read_cities", "file_name"}
