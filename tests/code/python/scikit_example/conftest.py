"""The fixtures for tests of the nearest-neighbour scripts."""

import shutil

import pytest


@pytest.fixture
def prepared(learner, split):
    """The learner, with data/iris_split.npz."""
    shutil.copytree(split.parent, learner.folder / "data")
    return learner
