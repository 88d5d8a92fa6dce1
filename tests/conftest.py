"""What all tests share: where the repository is, and what happens when a program is missing."""

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("bundle")
from bundle import skip_or_fail  # noqa: E402 - after the rewrite of its asserts is asked for

# How long something takes is measured by `make bench` and never decides a test.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")

# The tests that start a practice cluster.
ON_THE_CLUSTER = ("tests/cluster/", "tests/walk/test_pages.py", "tests/mutants/test_walked.py")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root folder."""
    return Path(__file__).resolve().parent.parent


def loadable(library: str) -> str | None:
    """The library's name when it can be loaded."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return None
    return library


@pytest.fixture(scope="session")
def need():
    """need("chromium", "google-chrome") is the path of the first of these commands that is there.

    Without any of them the test is skipped on a laptop and fails where CI is set. A name with ".so" is a library's.
    """

    def find(*commands: str) -> str:
        for command in commands:
            if path := loadable(command) if ".so" in command else shutil.which(command):
                return path
        skip_or_fail(f"{commands[0]} is not installed; tests/engines.sh says how")

    return find


@pytest.fixture(scope="session")
def may_start_cluster():
    """Skip, or fail where CI is set, when no practice cluster can be started here."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        skip_or_fail("a practice cluster can only be started by root on Linux")
    status = [sys.executable, Path(__file__).parents[1] / "cluster/practice-cluster", "status"]
    if subprocess.run(status, capture_output=True, check=False).returncode == 0:
        skip_or_fail("a practice cluster is up already, and not ours: `practice-cluster down` ends it")


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist there is nobody to ask
def pytest_xdist_make_scheduler(config, log):
    """Give all tests of the practice cluster to one worker: a machine has one such cluster at a time.

    xdist's own mark for that, xdist_group, does nothing with pytest 9.2, and says nothing about it.
    """
    from xdist.scheduler import LoadScopeScheduling

    class OneCluster(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return "cluster" if nodeid.startswith(ON_THE_CLUSTER) else nodeid

    return OneCluster(config, log)


def pytest_terminal_summary(terminalreporter, config):
    """Says at the end what these tests do not prove."""
    if not any("tests/walk/test_pages.py" in report.nodeid for report in terminalreporter.stats.get("passed", [])):
        terminalreporter.write_line(
            "Not proven without a cluster: what the batch scripts and the commands of the pages do."
        )
