"""The helper of all tests under tests/code/: it notices what it is there to notice."""

import subprocess
import sys

import pytest
from bundle import CODE, COVERAGE_DATA, HERE, execute, load, skip_or_fail, snapshot
from coverage import Coverage


@pytest.fixture
def script(tmp_path):
    def write(text):
        path = tmp_path / "script.py"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_folder_holds_what_the_bundle_holds(learner):
    files = snapshot(learner.folder)
    assert files["cities.csv"] == (CODE / "cities.csv").read_bytes()
    assert "solutions/slurm/submit_cities.sh" in files
    assert not [name for name in files if "__pycache__" in name]


@pytest.mark.parametrize(
    ("text", "notices"),
    [
        ("print('fine')", "exit code 0"),
        ("raise ValueError", "Traceback"),
        ("import sys; sys.exit('two\\nlines')", "not one line"),
        ("import sys; sys.exit(2)", "not one line"),
        ("import sys; open('.hidden', 'w'); sys.exit('no')", ".hidden"),
        ("import sys; open('cities.csv', 'a').write('x'); sys.exit('no')", "an input was changed"),
        ("import os, sys; os.remove('cities.csv'); sys.exit('no')", "an input was changed"),
    ],
)
def test_what_is_no_proper_refusal_is_noticed(learner, script, text, notices):
    with pytest.raises(AssertionError, match=notices):
        learner.refuses(script(text))


def test_a_file_that_may_be_left_may_be_left(learner, script):
    path = script("import sys; open('a.json', 'w'); sys.exit('no')")
    assert learner.refuses(path, leaves=["*.json"]) == "no"


def test_a_mistake_in_the_arguments_may_have_its_usage(learner, script):
    path = script("import argparse\nargparse.ArgumentParser(prog='it').parse_args()")
    assert learner.refuses(path, "--wrong") == "it: error: unrecognized arguments: --wrong"


def test_what_is_written_on_a_full_disk_is_what_fits(learner, script):
    (learner.folder / "out").mkdir()
    (learner.folder / "out" / "input").write_bytes(b"x" * 10_000)
    path = script(
        "assert len(open('out/input').read()) == 10_000\n"
        "open('out/.half', 'wb', buffering=0).write(b'x' * 4096)\nopen('out/b', 'wb').write(b'y' * 9000)"
    )
    done = learner.on_full_disk("out", path, free=8192)
    assert done.returncode == 1 and done.stderr.endswith("No space left on device\n")
    assert {name: len(data) for name, data in snapshot(learner.folder / "out").items()} == {
        "input": 10_000,
        ".half": 4096,
        "b": 4096,
    }


def test_nobody_reads_what_is_said_behind_a_closed_pipe(learner, script):
    path = script("import sys, time\ntime.sleep(0.5)\nprint('one')\nsys.stdout.flush()\nopen('after', 'w')")
    done = learner.closed_early(path)
    assert done.returncode > 0 and "BrokenPipeError" in done.stderr and not (learner.folder / "after").exists()


PROGRAM = """
import sys
SECONDS, = [60]
LIST = [1]
def names():
    return sorted(name for name in globals() if name[0] != "_")
for LOOP in [0]:
    sys.exit(f"{__name__} {sys.argv[1:]} {LIST} {names()}")
"""


def test_loading_a_script_runs_only_what_defines_something(script):
    module = load(script(PROGRAM))
    assert module.names() == ["LIST", "SECONDS", "names", "sys"] and module.SECONDS == 60


def test_executing_a_script_runs_all_of_it_as_the_main_program(script):
    before = sys.argv, sys.modules["__main__"]
    with pytest.raises(SystemExit, match=r"^__main__ \['1'\] \[2\] \['LIST', 'LOOP', 'SECONDS', 'names', 'sys'\]$"):
        execute(script(PROGRAM), 1, constants={"LIST": [2]})
    assert (sys.argv, sys.modules["__main__"]) == before


def test_a_constant_that_is_not_there_is_noticed(learner, script):
    path = script("SECONDS = 60\nprint(SECONDS)")
    assert learner.run(path, constants={"SECONDS": 0.5}, check=True).stdout == "0.5\n"
    assert "has no constant MINUTES" in learner.run(path, constants={"MINUTES": 0}).stderr


def test_what_is_missing_here_is_a_failure_where_ci_is_set(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception):
        skip_or_fail("no engine")
    monkeypatch.setenv("CI", "1")
    with pytest.raises(pytest.fail.Exception):
        skip_or_fail("no engine")


@pytest.mark.parametrize(
    ("scripts", "missing"),
    [
        ({}, ""),
        ({"a.py": "x = 1\nif x > 1:\n    x = 2\n"}, "a.py 3 1 67% 3"),
        ({"a.py": "x = 1\nif x > 1:\n    x = 2  # pragma: no cover\n"}, "a.py 3 1 67% 3"),
        ({"a.py": "x = 1\nif x > 1:  # pragma: no cover\n    x = 2\n"}, "a.py 3 1 67% 3"),
        ({"deep/er/b.py": "x = 1\n"}, "b.py 1 1 0% 1"),
    ],
)
def test_a_line_that_no_test_runs_is_named(tmp_path, scripts, missing):
    for name, text in ({"a.py": "x = 1\n"} | scripts).items():
        (tmp_path / "code" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "code" / name).write_text(text)

    def coverage(*arguments):
        verb, *rest = arguments
        command = [sys.executable, "-m", "coverage", verb, f"--rcfile={HERE / 'coverage.ini'}", *rest]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    (tmp_path / "_build/coverage").mkdir(parents=True)
    assert coverage("run", f"--source={tmp_path / 'code'}", "code/a.py").returncode == 0
    assert coverage("combine", "-q").returncode == 0
    report = coverage("report")
    assert (report.returncode != 0) == bool(missing), report.stdout
    assert missing in " ".join(report.stdout.split())


def test_lines_are_counted_for_the_file_in_the_repository(learner):
    process = learner.start("check.py")
    learner.finish(process)
    # Other tests count lines of this script too, and write files of their own.
    [file] = COVERAGE_DATA.parent.glob(f".coverage.*.pid{process.pid}.*")
    coverage = Coverage(data_file=file)
    coverage.load()
    assert coverage.get_data().lines(str(CODE / "check.py"))
