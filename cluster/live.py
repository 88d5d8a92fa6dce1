"""The folders that a running cluster writes to; gone after `down`."""

import contextlib
import os
import shutil
import time
from pathlib import Path

from cluster import ClusterError
from cluster.location import LIVE

FOLDERS = {
    "memory": 0o755, "root": 0o755, "home": 0o755, "scratch": 0o1777, "tmp": 0o1777, "var/tmp": 0o1777,
    "var/lib/nodes": 0o700, "var/log/slurm": 0o755,
}  # fmt: skip
LOGS = LIVE / "var/log/slurm"


def make(skeleton: Path, owner: int) -> None:
    """Make the folders, with a home that is as `skeleton`."""
    remove()
    LIVE.mkdir(parents=True, mode=0o700)
    for name, mode in FOLDERS.items():
        folder = LIVE / name
        folder.mkdir(parents=True)
        folder.chmod(mode)
    home = LIVE / "home/learner"
    shutil.copytree(skeleton, home, symlinks=True)
    for path in (home, *home.rglob("*")):
        os.chown(path, owner, owner, follow_symlinks=False)


def remove(folder: Path = LIVE) -> None:
    """Remove what a cluster wrote. Its mounts were in a namespace that is gone: none of them is seen from here."""
    if any(line.split()[1].startswith(f"{folder}/") for line in Path("/proc/self/mounts").read_text().splitlines()):
        raise ClusterError(f"something is mounted below {folder}")
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            break
        time.sleep(0.1)
    else:
        raise ClusterError(f"cannot remove {folder}")
    with contextlib.suppress(OSError):  # other clusters write there, or nobody ever has
        folder.parent.rmdir()
