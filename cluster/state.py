"""Which process is the cluster of a name, and whether it is up."""

import json
import os
from pathlib import Path

from cluster import ClusterError
from cluster.location import NAME, RUN

FILE = RUN / f"{NAME}.json"


def started(pid: int) -> str:
    """Return when a process started, in the kernel's ticks, or nothing: two processes with one number differ in it."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    state, *fields = text.rpartition(")")[2].split()
    return "" if state in "ZX" else fields[18]


def process(who: str, pid: int) -> dict:
    """Return what is to be known of a process, to ask later whether it still runs."""
    return {who: pid, f"{who} started": started(pid)}


def write(state: dict) -> None:
    """Keep what is known of this cluster."""
    RUN.mkdir(exist_ok=True)
    new = FILE.with_suffix(".new")
    new.write_text(json.dumps(state))
    new.rename(FILE)


def last(name: str = NAME) -> dict | None:
    """Return what is known of the last cluster of a name, whether it runs or was killed."""
    try:
        return json.loads(FILE.with_stem(name).read_text())
    except (OSError, ValueError):
        return None


def forget() -> None:
    """Remove what was known of this cluster."""
    for path in (FILE, FILE.with_suffix(".new")):
        path.unlink(missing_ok=True)


def runs(state: dict, who: str = "pid") -> bool:
    """Say whether the first process of a cluster still runs, or (`who` is "up") the command that starts it."""
    return who in state and started(state[who]) == state[f"{who} started"] != ""


def read() -> dict | None:
    """Return what is known of the cluster whose first process still runs, else None."""
    return state if (state := last()) and runs(state) else None


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
    """Return the slots of all other clusters that are up or just starting; each has ports of its own."""
    states = [last(path.stem) for path in RUN.glob("*.json") if path != FILE]
    return {state["slot"] for state in states if state and (runs(state) or runs(state, "up"))}
