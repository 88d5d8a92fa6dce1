"""The tests of the walk can be chosen and run where the site is not built, or a page was edited since."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A copy of the repository that was never built."""
    folder = tmp_path_factory.mktemp("clone") / "clone"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".*", "_build", "__pycache__"))
    return folder


def pytest_in(clone, *arguments):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/walk", *arguments]
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_others_run_where_nothing_is_built(clone):
    code, said = pytest_in(clone, "-k", "test_compare and version")
    assert code == 0, said
    assert "2 passed" in said or "3 passed" in said, said


def test_the_pages_are_red_and_say_why(clone):
    code, said = pytest_in(clone, "-k", "test_pages")
    assert code == 1, said
    assert "FAILED tests/walk/test_pages.py::test_a_page_does_what_it_shows[the pages]" in said
    assert "the site is not built" in said and "`make html` makes it" in said
    assert "Traceback" not in said and "1 failed" in said
