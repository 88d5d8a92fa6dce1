"""Starts process 1 of a cluster in its namespaces, and follows what it says until the cluster is ready."""

import contextlib
import json
import shutil
import subprocess
import threading
import time
from pathlib import Path

from cluster import ClusterError, cgroups, last_words, live, settings, state
from cluster.location import INSIDE, LIVE, failed_logs
from cluster.sandbox import UNSHARE

LIMIT = 300  # seconds; a start takes 6, and some 60 where other programs take most of the processors
# The cgroups must be entered before the namespace is made, whose root they are.
IN_CGROUPS = 'for group in $1; do echo 0 >"$group/cgroup.procs" || exit; done; shift; exec "$@"'


def start(options: dict, root: Path, registry: Path | None, say) -> None:
    """Start process 1, show what it says, and let it stay when it is ready."""
    home = options.get("home", "")
    options["uid"] = Path(home or root / "home/learner").stat().st_uid
    live.make(root / "home/learner", options["uid"])
    kind, groups = cgroups.make()
    command = [
        "sh", "-c", IN_CGROUPS, "sh", " ".join(map(str, groups)), *UNSHARE, "--cgroup", "--",
        "sh", INSIDE / "mounts.sh", root, LIVE, home, registry or "", kind,
        " ".join(settings.local_folders(settings.pip_options())), json.dumps(options),
    ]  # fmt: skip
    with live.LOGS.joinpath("start.log").open("wb") as errors:
        process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, cwd="/", text=True,
            errors="replace", start_new_session=True,
        )  # fmt: skip
    assert process.stdin
    try:
        facts = follow(process, say)
        print("stay", file=process.stdin, flush=True)
        state.write(facts | {"ready": True})
    except BaseException:
        with contextlib.suppress(OSError):  # what a cluster writes goes with it
            shutil.copytree(live.LOGS, failed_logs(), dirs_exist_ok=True)
        process.kill()
        process.wait()
        raise
    finally:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def follow(process: subprocess.Popen, say) -> dict:
    """Pass on what process 1 says until it is ready, note how to find it again, and return what is known of it."""
    known, step = state.last() or {}, "its namespaces"
    end = time.monotonic() + LIMIT
    timer = threading.Timer(LIMIT, process.kill)
    timer.start()
    try:
        for line in map(str.strip, process.stdout or ()):
            if line.startswith("pid "):
                known |= state.process("pid", int(line.removeprefix("pid ")))
                state.write(known)
                cgroups.settle(process.pid)
            elif line == "ready":
                facts = json.loads(Path(f"/proc/{known['pid']}/root/run/practice-cluster.json").read_text())
                return known | facts
            else:
                step = line
                say(line)
    finally:
        timer.cancel()
    if time.monotonic() > end:
        raise ClusterError(f"did not start within {LIMIT} s; the last step was: {step} (logs: {failed_logs()})")
    raise ClusterError(f"did not start: {last_words(live.LOGS / 'start.log')} (logs: {failed_logs()})")
