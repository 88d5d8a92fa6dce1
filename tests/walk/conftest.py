"""A second, tiny site, built in a new folder: the walk knows nothing of any lesson."""

import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from walk import inventory, places
from walk.journey import Journey

ROOT = Path(__file__).parents[2]

# A cluster that is none: its commands run on this machine, where nobody has jobs.
CLUSTER = """#!/bin/sh
echo "$1" >>"$0.log"
mkdir -p "$0.home" && cd "$0.home" || exit
for name in squeue sacct sinfo scontrol scancel; do
    test -e $name || { echo '#!/bin/sh' >$name; chmod +x $name; }
done
PATH=$PWD:$PATH
case "$1" in
VERBS
run) shift; exec "$@" ;;
esac
"""


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
        found = self.found = self.inventory()
        assert found.errors == []
        with Journey(found, places.of(found), found.needed(page) if page else None) as journey:
            self.outcomes = list(journey)
        return {outcome.block.place: outcome.wrong for outcome in self.outcomes}

    def start(self, **options) -> subprocess.Popen:
        """Start the command line that walks the pages, on the built site."""
        self.inventory()
        command = [sys.executable, "-m", "walk", "pages", "--source", self.source]
        command += ["--doctrees", self.source / "_build/doctrees"]
        environment = os.environ | {"PYTHONPATH": str(ROOT)} | options.pop("env", {})
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, env=environment, **pipes, **options)

    def cluster(self, verbs: str) -> Path:
        """Walk on a cluster with these verbs, lines of a `case`; return the file with those that it was asked."""
        path = self.source / "cluster"
        path.write_text(CLUSTER.replace("VERBS", verbs), encoding="utf-8")
        path.chmod(0o755)
        self.change("conf.py", "walk_for_show", 'walk_cluster = "cluster"\nwalk_for_show')
        return self.source / "cluster.log"


@pytest.fixture
def small(tmp_path) -> Small:
    """The tiny site, for one test."""
    return Small(tmp_path)


@pytest.fixture
def wait():
    """wait(true) until something is true; ten minutes are for a machine that does something else."""

    def until(true) -> None:
        end = time.monotonic() + 600
        while not true():
            assert time.monotonic() < end
            time.sleep(0.05)

    return until


@pytest.fixture
def running():
    """running(command): does a process run this command?"""

    def find(command: str) -> bool:
        words = command.encode().split()
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if file.read_bytes().rstrip(b"\0").split(b"\0") == words:
                    return True
        return False

    return find
