"""Starts process 1 of a cluster in its namespaces, and follows what it says until the cluster is ready."""

import contextlib
import json
import os
import selectors
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from cluster import ClusterError, cgroups, live, location, settings, state

LIMIT = 300  # seconds; a start takes 6, and some 60 where other programs take most of the processors
# With --kill-child process 1 ends when unshare does, and with it all others of its namespace.
UNSHARE = [
    "unshare", "--mount", "--pid", "--uts", "--ipc", "--cgroup", "--fork", "--kill-child", "--propagation", "private",
    "--",
]  # fmt: skip
# The cgroups must be entered before the namespace is made, whose root they are.
IN_CGROUPS = 'for group in $1; do echo 0 >"$group/cgroup.procs" || exit; done; shift; exec "$@"'


def start(options: dict, folder: Path, registry: Path | None, say) -> None:
    """Start process 1, show what it says, and let it stay when it is ready."""
    live.make(folder / "home/learner", options.get("uid", 2000))
    kind, groups = cgroups.make()
    folders = settings.local_folders(settings.pip_options())
    command = [
        "sh", "-c", IN_CGROUPS, "sh", " ".join(map(str, groups)), *UNSHARE, "sh", location.INSIDE / "mounts.sh", folder,
        location.LIVE, options.get("home", ""), registry or "", kind, " ".join(folders), json.dumps(options),
    ]  # fmt: skip
    with live.LOGS.joinpath("start.log").open("wb") as errors:
        process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, cwd="/",
            start_new_session=True,
        )  # fmt: skip
    assert process.stdin
    try:
        facts = follow(process, say)
        process.stdin.write(b"stay\n")
        process.stdin.flush()
        state.write(facts | {"ready": True})
    except BaseException:
        keep_logs()
        process.kill()
        process.wait()
        raise
    finally:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def follow(process: subprocess.Popen, say) -> dict:
    """Pass on what process 1 says until it is ready, note how to find it again, and return what is known of it."""
    known, step = state.last() or {}, "its namespaces"
    for line in lines_of(process, time.monotonic() + LIMIT):
        word, _, rest = line.partition(" ")
        if word == "pid":
            pid = int(rest)
            known |= {"pid": pid, "pid started": state.started(pid)}
            state.write(known)
            cgroups.settle(process.pid)
        elif word == "ready":
            facts = json.loads(Path(f"/proc/{known['pid']}/root/run/practice-cluster.json").read_text())
            return known | facts
        else:
            step = line
            say(line)
    if process.poll() is None:
        raise ClusterError(
            f"did not start within {LIMIT} s; the last step was: {step} (logs: {location.failed_logs()})"
        )
    said = live.LOGS.joinpath("start.log").read_text(errors="replace").strip().splitlines() or ["it says nothing"]
    raise ClusterError(f"did not start: {said[-1].removeprefix('practice-cluster: ')} (logs: {location.failed_logs()})")


def lines_of(process: subprocess.Popen, end: float) -> Iterator[str]:
    """Yield the lines that a process prints, until it ends or the time is over."""
    assert process.stdout
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while (left := end - time.monotonic()) > 0 and selector.select(left):
            block = os.read(process.stdout.fileno(), 65536)
            if not block:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(max(left, 1))
                return
            *whole, rest = (rest + block).split(b"\n")
            yield from (line.decode(errors="replace").strip() for line in whole)


def keep_logs() -> None:
    """Keep the logs of a start that failed: what a cluster writes goes with it."""
    with contextlib.suppress(OSError):
        shutil.copytree(live.LOGS, location.failed_logs(), dirs_exist_ok=True)
