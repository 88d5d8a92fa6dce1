"""What all tests share: where the repository is, and what happens when a program is missing."""

import ctypes
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# How long something takes is measured by `make bench` and never decides a test.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")


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
        reason = f"{commands[0]} is not installed; tests/engines.sh says how"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)

    return find


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist there is nobody to ask
def pytest_xdist_make_scheduler(config, log):
    """Give all tests of the practice cluster to one worker: a machine has one such cluster at a time.

    xdist's own mark for that, xdist_group, does nothing with pytest 9.2, and says nothing about it.
    """
    from xdist.scheduler import LoadScopeScheduling

    class OneCluster(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return "cluster" if nodeid.startswith("tests/cluster/") else nodeid

    return OneCluster(config, log)


def pytest_terminal_summary(terminalreporter, config):
    """Says at the end what these tests do not prove."""
    if any("tests/cluster/test_jobs.py" in report.nodeid for report in terminalreporter.stats.get("passed", [])):
        return
    scripts = len(list(config.rootpath.glob("code/slurm/**/*.sh")))
    terminalreporter.write_line(
        f"Not proven without a cluster: {scripts} batch scripts were linted, not run; no image was built."
    )
