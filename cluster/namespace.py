"""Runs commands in the namespaces of a cluster that is up: as root, or as learner in his home."""

import os
import signal
import subprocess

from cluster import ClusterError
from cluster.sandbox import ENVIRONMENT

ANSWER_SECONDS = 60  # that a command of ours may take inside: Slurm itself gives up earlier


def nsenter(state: dict, *command: str) -> list[str]:
    """Return the words of a command in all namespaces of a cluster."""
    spaces = ["--mount", "--uts", "--ipc", "--pid", "--cgroup", "--root", "--wd"]
    return ["nsenter", f"--target={state['pid']}", *spaces, "--", *command]


def enter(state: dict, command: list[str], seconds: float = ANSWER_SECONDS) -> subprocess.CompletedProcess:
    """Run a command as root inside, and keep what it prints; refuse if it hangs."""
    whole = nsenter(state, "setpriv", "--pdeathsig=KILL", "--", *command)
    nothing = subprocess.DEVNULL
    try:
        return subprocess.run(whole, env=ENVIRONMENT, stdin=nothing, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise ClusterError(f"{command[0]} gives no answer inside after {seconds:.0f} s") from None


def learner(state: dict, command: list[str], more: dict | None = None, **streams) -> int:
    """Run a command as learner in his home, with a clean environment and `more` of it; return its exit code."""
    environment = {name: os.environ[name] for name in ("TERM", "COLUMNS", "LINES") if name in os.environ}
    whole = nsenter(state, "bash", "/opt/practice-cluster/learner.sh", "/home/learner", *command)
    # Ctrl-C reaches the command as well: it decides what to do, and what it returns is returned.
    handler = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        code = subprocess.call(whole, env=environment | (more or {}), **streams)
    finally:
        signal.signal(signal.SIGINT, handler)
    return code if code >= 0 else 128 - code
