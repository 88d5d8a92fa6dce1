"""The fixtures for tests of the learner's files; what `learner` can do is in bundle.py."""

import os

import pytest
from bundle import COVERAGE_DATA, Learner


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
