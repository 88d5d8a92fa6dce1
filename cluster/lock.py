"""Locks between practice-cluster commands: a file that only root may open, locked with flock(2).

The kernel takes a lock back however its holder ends. The file goes when the lock is given back, so that nothing stays.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from cluster import ClusterError
from cluster.location import CACHE, NAME, RUN

# (file, refusal) of the locks: for starting and ending this cluster, for choosing ports among all clusters, and for
# what is made once and kept.
OWN = (RUN / f"{NAME}.lock", "another practice-cluster is starting or ending one just now")
PORTS = (RUN / "slots", "another practice-cluster is choosing its ports for too long")
KEPT = (CACHE / "lock", f"another practice-cluster makes something for all of them in {CACHE}")


def grasp(path: Path) -> int | None:
    """Return the open and locked file; None if somebody else has the lock."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            # Who can open a file can lock it: nobody but its owner may.
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except FileNotFoundError:  # the folder was just removed
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file), path.stat()):
                return file
        os.close(file)  # who had the lock before has removed this file meanwhile


@contextlib.contextmanager
def held(path: Path, refusal: str, seconds: float = 0, say=None) -> Iterator[None]:
    """Hold a lock; refuse with this line if somebody else has it for longer than so many seconds.

    Where a person waits for long, `say` tells it once.
    """
    begin = time.monotonic()
    while (file := grasp(path)) is None:
        waited = time.monotonic() - begin
        if waited >= seconds:
            raise ClusterError(refusal)
        if say and waited > 1:
            say(f"waiting, because {refusal}")
            say = None
        time.sleep(0.05)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(file)
        with contextlib.suppress(OSError):  # somebody else has something there
            path.parent.rmdir()
