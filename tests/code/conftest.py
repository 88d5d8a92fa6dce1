"""The fixtures for tests of the learner's files; what `learner` can do is in bundle.py."""

import fcntl
import os
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from bundle import CODE, COVERAGE_DATA, DAMAGED_CITIES, HERE, Learner, execute, snapshot
from bundle import refusal as line_of
from coverage import Coverage

PREPROCESS = "python/scikit_example/preprocess.py"
TRAIN_AND_PLOT = "python/scikit_example/train_and_plot.py"


@pytest.fixture(scope="session")
def _no_old_coverage():
    """Remove the lines counted by an earlier test session; a worker of a parallel run has nothing to remove."""
    COVERAGE_DATA.parent.mkdir(parents=True, exist_ok=True)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        for file in COVERAGE_DATA.parent.glob(".coverage*"):
            file.unlink()


@pytest.fixture
def learner(tmp_path, _no_old_coverage):
    """The bundle in an empty working folder, and the ways to run its scripts: see Learner."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    return Learner(folder)


def once(tmp_path_factory, name, prepare):
    """Return a folder that prepare(learner) has filled, once for all workers of a parallel run."""
    parallel = "PYTEST_XDIST_WORKER" in os.environ
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if parallel else base) / name
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = Path(tempfile.mkdtemp(dir=folder.parent))
            prepare(Learner(unfinished))
            unfinished.rename(folder)
    return folder


@pytest.fixture(scope="session")
def split(tmp_path_factory, _no_old_coverage):
    """The path of the split that preprocess.py writes: look, don't write."""
    folder = once(tmp_path_factory, "split", lambda learner: learner.run(PREPROCESS, check=True))
    return folder / "data" / "iris_split.npz"


@pytest.fixture(scope="session")
def serial(tmp_path_factory, split):
    """The folder results/ of the serial script, and beside it what it printed: look, don't write."""

    def prepare(learner):
        shutil.copytree(split.parent, learner.folder / "data")
        done = learner.run(TRAIN_AND_PLOT, check=True)
        (learner.folder / "stdout").write_text(done.stdout)

    return once(tmp_path_factory, "serial", prepare) / "results"


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


@pytest.fixture(params=DAMAGED_CITIES)
def damaged_cities(request, learner):
    """What is said of the learner's cities.csv, which is damaged or missing: one line."""
    data, message = DAMAGED_CITIES[request.param]
    path = learner.folder / "cities.csv"
    path.unlink()
    if data is not None:
        path.write_text(data)
    return message
