"""The fixtures for tests of the Python scripts."""

import functools
import sys

import pytest
from bundle import CODE, COVERAGE_DATA, HERE, load, snapshot
from coverage import Coverage

PAUSE = """
import importlib, os, time

module, name = os.environ.get("PAUSE_IN", "os.replace").split(".")
module = importlib.import_module(module)
function, sleep = getattr(module, name), time.sleep
left = [int(os.environ.get("PAUSE_AT", 1))]

def pause(*arguments):
    left[0] -= 1
    if left[0] == 0:
        print("paused", flush=True)
        while True:  # until Ctrl-C: no time is long enough on every machine
            sleep(0.1)
    return function(*arguments)

setattr(module, name, pause)
"""


@functools.cache
def module(script):
    return load(script)


@pytest.fixture
def call(learner, monkeypatch, capsys):
    """Run a script's main() in the learner's folder; return (exit code, standard output, standard error).

    For the many cases of one kind, of which one is run as a process too: a process that imports scikit-learn costs
    seconds. constants= is as in learner.run. The lines that run are counted.
    """

    def call(script, *args, constants=()):
        monkeypatch.chdir(learner.folder)
        monkeypatch.setattr(sys, "argv", [script, *map(str, args)])
        for name, value in dict(constants).items():
            monkeypatch.setattr(module(script), name, value)
        main, code = module(script).main, 0
        options = {"config_file": HERE / "coverage.ini", "data_suffix": True, "source": [str(CODE)]}
        coverage = Coverage(data_file=COVERAGE_DATA, **options)
        with coverage.collect():
            try:
                main()
            except SystemExit as stop:
                code = stop.code or 0
        coverage.save()
        out, err = capsys.readouterr()
        return (1, out, f"{err}{code}\n") if isinstance(code, str) else (code, out, err)

    return call


@pytest.fixture
def refusal(learner, call):
    """As learner.refuses, by `call`."""

    def refusal(script, *args, **options):
        before = snapshot(learner.folder)
        code, _, err = call(script, *args, **options)
        assert code > 0
        assert err.count("\n") == 1, f"not one line on standard error:\n{err}"
        assert snapshot(learner.folder) == before
        return err.removesuffix("\n")

    return refusal


@pytest.fixture
def paused(tmp_path):
    """The environment in which a script says "paused" and waits for Ctrl-C.

    It does so when a hidden file is written and not yet renamed, or when it calls the function that is added as
    PAUSE_IN, for the first time or for the one whose number is added as PAUSE_AT.
    """
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(PAUSE)
    return {"PYTHONPATH": str(hook)}
