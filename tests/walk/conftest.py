"""A second, tiny site, built in a new folder: the walk knows nothing of any lesson."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from walk import inventory, places
from walk.journey import Journey

ROOT = Path(__file__).parents[2]


class Small:
    """A copy of tests/walk/site, to be changed, built and walked."""

    def __init__(self, folder: Path):
        self.source = folder / "site"
        shutil.copytree(Path(__file__).with_name("site"), self.source)

    def change(self, name: str, old: str, new: str) -> None:
        """Replace a text that is in a file of the site once."""
        path = self.source / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name} has {text.count(old)} times {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def inventory(self) -> inventory.Inventory:
        """Build the site, and read what Sphinx made of it."""
        doctrees = self.source / "_build/doctrees"
        command = [sys.executable, "-m", "sphinx", "-q", "-d", doctrees, self.source, doctrees.parent / "html"]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        self.warnings = done.stderr
        return inventory.read(self.source, doctrees)

    def walk(self, page: str | None = None) -> dict:
        """Walk the pages in a new folder; return {place: what is wrong there}."""
        found = self.inventory()
        assert found.errors == []
        with Journey(found, places.of(found), found.needed(page) if page else None) as journey:
            self.outcomes = list(journey)
        return {outcome.block.place: outcome.wrong for outcome in self.outcomes}


@pytest.fixture
def small(tmp_path) -> Small:
    """The tiny site, for one test."""
    return Small(tmp_path)
