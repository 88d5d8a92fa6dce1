"""Where the practice cluster keeps things on the machine, who may change them, and whether it is up."""

import contextlib
import json
import os
import shutil
import socket
import time
from pathlib import Path

from errors import FAILED, NOT_UP, Refusal

HERE = Path(__file__).resolve().parent
INSIDE = HERE / "inside"

# What may stay: packages and images.
CACHE = Path(os.environ.get("PRACTICE_CLUSTER_CACHE", "/var/cache/practice-cluster")).absolute()
# What a running cluster writes to disk; gone after `down`.
LIVE = CACHE / "live"
LIVE_FOLDERS = {
    "memory": 0o755, "root": 0o755, "home": 0o755, "tmp": 0o1777, "var/tmp": 0o1777, "var/log/slurm": 0o755,
}  # fmt: skip
# Which process is the cluster; gone after `down`, and after a restart of the machine.
RUN = Path("/run/practice-cluster")
STATE = RUN / "state.json"


def only_root() -> None:
    if os.geteuid() != 0:
        raise Refusal("must be run as root: it starts daemons in namespaces of their own")


@contextlib.contextmanager
def lock(seconds: float = 0):
    """Let one process at a time start or end a cluster; others are refused after some seconds.

    The lock is a name for a socket: the kernel gives it to one, and takes it back however that one ends.
    """
    end = time.monotonic() + seconds
    with socket.socket(socket.AF_UNIX) as name:
        while True:
            try:
                name.bind("\0practice-cluster")
                break
            except OSError:
                if time.monotonic() >= end:
                    raise Refusal("another practice-cluster is starting or ending one just now") from None
                time.sleep(0.1)
        CACHE.mkdir(parents=True, exist_ok=True)
        yield


def started(pid: int) -> str:
    """Return when a process started, in the kernel's ticks, or nothing: two processes with one number differ in it."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    state, *fields = text.rpartition(")")[2].split()
    return "" if state in "ZX" else fields[18]


def write_state(state: dict) -> None:
    RUN.mkdir(exist_ok=True)
    new = RUN / "state.new"
    new.write_text(json.dumps(state))
    new.rename(STATE)


def last_state() -> dict | None:
    """Return what is known of the last cluster, whether it runs or was killed."""
    try:
        return json.loads(STATE.read_text())
    except (OSError, ValueError):
        return None


def read_state() -> dict | None:
    """Return what is known of the cluster whose first process still runs, else None."""
    state = last_state()
    return state if state and started(state["pid"]) == state["started"] != "" else None


def needed_state() -> dict:
    """Return the state of a cluster that is up and ready, or refuse."""
    try:
        state = read_state()
    except PermissionError:
        state = None
    if not state:
        raise Refusal("is not up: `practice-cluster up` starts it", NOT_UP)
    if not state.get("ready"):
        raise Refusal("is not up yet", NOT_UP)
    return state


def make_live(skeleton: Path, owner: int) -> None:
    """Make the folders that a cluster writes to, with an empty home."""
    remove_live()
    LIVE.mkdir(parents=True, mode=0o700)
    for name, mode in LIVE_FOLDERS.items():
        folder = LIVE / name
        folder.mkdir(parents=True)
        folder.chmod(mode)
    home = LIVE / "home/learner"
    shutil.copytree(skeleton, home, symlinks=True)
    for path in (home, *home.rglob("*")):
        os.chown(path, owner, owner, follow_symlinks=False)


def remove_live(live: Path = LIVE) -> None:
    """Remove what a cluster wrote. Its mounts were in a namespace that is gone: none of them is seen from here."""
    if any(line.split()[1].startswith(f"{live}/") for line in Path("/proc/self/mounts").read_text().splitlines()):
        raise Refusal(f"something is mounted below {live}", FAILED)
    for _ in range(50):
        shutil.rmtree(live, ignore_errors=True)
        if not live.exists():
            return
        time.sleep(0.1)
    raise Refusal(f"cannot remove {live}", FAILED)
