"""The fixtures for tests of the nearest-neighbour scripts: what one step leaves for the next."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from bundle import Learner

PREPROCESS = "python/scikit_example/preprocess.py"
TRAIN_AND_PLOT = "python/scikit_example/train_and_plot.py"


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
def prepared(learner, split):
    """The learner, with data/iris_split.npz."""
    shutil.copytree(split.parent, learner.folder / "data")
    return learner


@pytest.fixture
def smaller_split(prepared):
    """Write a split with fewer training samples: smaller_split(10)."""

    def smaller_split(n_samples):
        path = prepared.folder / "data" / "iris_split.npz"
        with np.load(path) as file:
            arrays = dict(file)
        for name in ("X_train", "y_train"):
            arrays[name] = arrays[name][:n_samples]
        np.savez(path, **arrays)

    return smaller_split
