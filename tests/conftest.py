"""What all tests share: where the repository is, and what happens when a program is missing."""

import ctypes
import itertools
import os
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("bundle", "practice", "machine")
from bundle import skip_or_fail  # noqa: E402 - after the rewrite of its asserts is asked for
from practice import end_orphans  # noqa: E402 - the same

# How long something takes is measured by `make bench` and never decides a test.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")

# What one worker runs, one after the other. Several practice clusters can be up at the same time, and most of their
# time they wait.
TOGETHER = {
    # They wait long, for time limits or for Snakemake, and no other page needs them. Each of these sessions types the
    # pages that they need once more.
    "the walk of what takes long": (
        "content/failures.md",
        "content/time-limits.md",
        "content/threads-and-seeds.md",
        "content/pitfalls.md",
    ),
    # They need the environment of the notebook, which takes a minute to install.
    "the walk of other ways": (
        "content/own-sweep.md",
        "content/speed.md",
        "content/environments.md",
        "content/workflow-managers.md",
    ),
    "the walk": ("index.md", "content/"),
    "the book": ("tests/site/test_book.py",),
    "the shared cluster": ("tests/cluster/test_jobs.py", "tests/cluster/test_nodes.py"),
    # They compare what the machine has, or make what all clusters are made of.
    "the machine": (
        "tests/cluster/test_lifecycle.py",
        "tests/cluster/test_container.py",
        "tests/cluster/test_secrets.py",
    ),
}
# What takes longest, in this order: no worker should be alone with it at the end.
LONGEST, *OTHERS = TOGETHER.values()
FIRST = (
    # It makes what all clusters are made of. Who needs one waits for that some minutes, and the browser does not.
    *LONGEST,
    "tests/site/test_browser.py",
    *itertools.chain(*OTHERS),
    "tests/cluster/",
    "tests/mutants/test_walked.py",
    "tests/site/test_lesson",
)


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
    end_orphans()


def place(nodeid: str) -> int:
    """The number of the first of FIRST that a test belongs to: where it stands in the order."""
    return next((number for number, start in enumerate(FIRST) if nodeid.startswith(start)), len(FIRST))


def pytest_collection_modifyitems(items):
    """Have the tests that take longest run first."""
    items.sort(key=lambda item: place(item.nodeid))


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist there is nobody to ask
def pytest_xdist_make_scheduler(config, log):
    """Give the tests of an entry of TOGETHER to one worker, and every other test to the next one that is free.

    xdist's own mark for that, xdist_group, does nothing with pytest 9.2, and says nothing about it.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return next((name for name, files in TOGETHER.items() if nodeid.startswith(files)), nodeid)

    config.option.loadscopereorder = False  # the order of the tests is the order in which they are given out
    return Together(config, log)


def pytest_terminal_summary(terminalreporter):
    """Say at the end what these tests do not prove."""
    passed = {report.nodeid for report in terminalreporter.stats.get("passed", [])}
    if not any(nodeid.endswith(" transcript") for nodeid in passed):
        terminalreporter.write_line(
            "Not proven without a cluster: what the batch scripts and the commands of the pages do."
        )
