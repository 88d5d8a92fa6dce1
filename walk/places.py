"""Where a walk is walked: on a cluster that it starts itself, or in a new folder of this machine."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from walk.errors import Wrong
from walk.shell import Shell


class Folder:
    """A new folder of this machine, as the home of a reader; for pages without a cluster."""

    has_slurm = False

    def __init__(self):
        self._folder = None

    def start(self) -> None:
        """Make the folder."""
        self._folder = Path(tempfile.mkdtemp(prefix="walk-")).resolve()

    def shell(self) -> Shell:
        """A new shell of the reader."""
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self._folder), "LANG": "C.UTF-8", "TERM": "dumb",
        }  # fmt: skip
        return Shell(["bash", "-c"], cwd=self._folder, env=environment)

    def put(self, name: str, content: bytes) -> None:
        """Write a file into the reader's home."""
        (self._folder / name).write_bytes(content)

    @property
    def home(self) -> str:
        """The reader's home, as paths in outputs say it."""
        return str(self._folder)

    def stop(self) -> None:
        """Remove the folder."""
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


class Cluster:
    """A practice cluster: a command with the verbs up, run and down. One that is up already is somebody else's."""

    has_slurm = True
    home = "/home/learner"

    def __init__(self, command: Path):
        self._command = [sys.executable, str(command)] if not os.access(command, os.X_OK) else [str(command)]
        self._ours = False

    def start(self) -> None:
        """Start the cluster; Wrong if it can't be started, or is up already."""
        done = subprocess.run([*self._command, "up"], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Wrong((done.stderr.strip().splitlines() or ["the cluster did not start"])[-1])
        self._ours = True

    def shell(self) -> Shell:
        """A new shell of the reader."""
        return Shell([*self._command, "run", "bash", "-c"])

    def put(self, name: str, content: bytes) -> None:
        """Write a file into the reader's home."""
        command = [*self._command, "run", "bash", "-c", 'cat >"$1"', "bash", name]
        subprocess.run(command, input=content, check=True)

    def stop(self) -> None:
        """End the cluster, if this walk started it."""
        if self._ours:
            subprocess.run([*self._command, "down"], check=True, capture_output=True)
            self._ours = False


def of(inventory) -> Folder | Cluster:
    """Where the pages of a site are walked."""
    command = inventory.config.walk_cluster
    return Cluster(inventory.source / command) if command else Folder()
