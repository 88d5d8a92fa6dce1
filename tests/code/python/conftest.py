"""The fixtures for tests of the Python scripts."""

import sys
import traceback

import matplotlib.pyplot as plt
import pytest
from bundle import CODE, COVERAGE_DATA, HERE, execute, snapshot
from bundle import refusal as line_of
from coverage import Coverage


@pytest.fixture
def call(learner, monkeypatch, capsys):
    """Run a script in the learner's folder; return (exit code, standard output, standard error).

    For the many cases of one kind, of which one is run as a process too: a process that imports scikit-learn costs
    seconds. The whole script runs, as the main program, in this process. constants= is as in learner.run. The lines
    that run are counted.
    """

    def call(script, *args, constants=None):
        monkeypatch.chdir(learner.folder)
        capsys.readouterr()
        code = 0
        options = {"config_file": HERE / "coverage.ini", "data_suffix": True, "source": [str(CODE)]}
        coverage = Coverage(data_file=COVERAGE_DATA, **options)
        with coverage.collect():
            try:
                execute(script, *args, constants=constants)
            except SystemExit as stop:
                code = stop.code or 0
            except (Exception, KeyboardInterrupt):
                traceback.print_exc()
                code = 1
        coverage.save()
        plt.close("all")
        if isinstance(code, str):
            print(code, file=sys.stderr)
            code = 1
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def refusal(learner, call):
    """As learner.refuses, by `call`."""

    def refusal(script, *args, **options):
        before = snapshot(learner.folder)
        code, _, err = call(script, *args, **options)
        line = line_of(code, err)
        assert snapshot(learner.folder) == before
        return line

    return refusal


@pytest.fixture
def stays(learner, call):
    """Run a script that may end in Python's own words, but not in silence; what was there before stays as it was."""

    def stays(script, *args, **options):
        before = snapshot(learner.folder)
        code, _, err = call(script, *args, **options)
        assert code > 0 and err
        after = snapshot(learner.folder)
        assert {name: after.get(name) for name in before} == before
        return err

    return stays
