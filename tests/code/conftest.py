"""The fixtures for tests of the learner's files; what `learner` can do is in bundle.py."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from bundle import COVERAGE_DATA, Learner

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
