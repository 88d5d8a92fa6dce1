"""Runs commands in the namespaces of a cluster that is up: as root, or as learner in his home."""

import os
import signal
import subprocess

from cluster import ClusterError

ANSWER_SECONDS = 60  # that a command of ours may take inside: Slurm itself gives up earlier
PATH = "/usr/local/bin:/usr/bin:/bin"
# Learner's shell is a login shell; it becomes the command, so that signals and the exit code are the command's own.
IN_LOGIN_SHELL = ["bash", "--login", "-c", 'exec "$@"', "bash"]


def nsenter(state: dict) -> list[str]:
    spaces = ["--mount", "--uts", "--ipc", "--pid", "--cgroup", "--root", "--wd"]
    return ["nsenter", f"--target={state['pid']}", *spaces, "--"]


def enter(state: dict, command: list[str], seconds: float = ANSWER_SECONDS) -> subprocess.CompletedProcess:
    """Run a command as root inside, and keep what it prints; refuse if it hangs."""
    environment = {"PATH": f"/usr/local/sbin:/usr/sbin:/sbin:{PATH}", "HOME": "/root", "LC_ALL": "C.UTF-8"}
    try:
        return subprocess.run(
            [*nsenter(state), "setpriv", "--pdeathsig=KILL", "--", *command], env=environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=seconds,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ClusterError(f"{command[0]} gives no answer inside after {seconds:.0f} s") from None


def learner(state: dict, command: list[str], login: bool = True, more: dict | None = None, **streams) -> int:
    """Run a command as learner in his home, with a clean environment and `more` of it; return its exit code."""
    environment = (more or {}) | {
        "PATH": PATH, "HOME": "/home/learner", "USER": "learner", "LOGNAME": "learner", "SHELL": "/bin/bash",
        "LANG": "C.UTF-8", "TERM": os.environ.get("TERM", "dumb"),
    }  # fmt: skip
    environment |= {name: os.environ[name] for name in ("COLUMNS", "LINES") if name in os.environ}
    as_learner = ["setpriv", "--reuid=learner", "--regid=learner", "--init-groups", "--pdeathsig=KILL", "--"]
    in_home = ["sh", "-c", 'umask 022; cd; exec "$@"', "sh"]
    whole = [*nsenter(state), *as_learner, *in_home, *(IN_LOGIN_SHELL if login else []), *command]
    process = subprocess.Popen(whole, env=environment, **streams)
    # Ctrl-C reaches the command as well: it decides what to do, and what it returns is returned.
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        code = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        signal.signal(signal.SIGINT, handler)
    return code if code >= 0 else 128 - code
