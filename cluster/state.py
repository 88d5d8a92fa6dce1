"""Which process is the cluster of a name, and whether it is up."""

import json
import os
from pathlib import Path

from cluster import ClusterError
from cluster.location import NAME, RUN


def file_of(name: str = NAME) -> Path:
    """Return the file with what is known of a cluster."""
    return RUN / f"{name}.json"


def started(pid: int) -> str:
    """Return when a process started, in the kernel's ticks, or nothing: two processes with one number differ in it."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    state, *fields = text.rpartition(")")[2].split()
    return "" if state in "ZX" else fields[18]


def write(state: dict) -> None:
    """Keep what is known of this cluster."""
    RUN.mkdir(exist_ok=True)
    new = file_of().with_suffix(".new")
    new.write_text(json.dumps(state))
    new.rename(file_of())


def last(name: str = NAME) -> dict | None:
    """Return what is known of the last cluster of a name, whether it runs or was killed."""
    try:
        return json.loads(file_of(name).read_text())
    except (OSError, ValueError):
        return None


def forget() -> None:
    """Remove what was known of this cluster."""
    for path in (file_of(), file_of().with_suffix(".new")):
        path.unlink(missing_ok=True)


def runs(state: dict, who: str = "pid") -> bool:
    """Does the first process of a cluster still run, or (`who` is "up") the command that starts it?"""
    return who in state and started(state[who]) == state[f"{who} started"] != ""


def read() -> dict | None:
    """Return what is known of the cluster whose first process still runs, else None."""
    state = last()
    return state if state and runs(state) else None


def needed() -> dict:
    """Return the state of a cluster that is up and ready, for root; or refuse."""
    state = read()
    if not state or not state.get("ready"):
        starts = state and runs(state, "up")
        raise ClusterError("is not up yet" if starts else "is not up: `practice-cluster up` starts it", code=3)
    if os.geteuid() != 0:
        raise ClusterError("is up, and only root may enter it: try `sudo practice-cluster`")
    return state


def used_slots() -> set[int]:
    """Return the slots of all clusters that are up or just starting; each has ports of its own."""
    found = set()
    for path in RUN.glob("*.json"):
        state = last(path.stem)
        if state and path != file_of() and (runs(state) or runs(state, "up")):
            found.add(state.get("slot", 0))
    return found
