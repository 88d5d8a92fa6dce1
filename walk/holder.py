"""Runs a command, and leaves nothing of what that starts: not in the background, and not if the walk is killed.

    python holder.py COMMAND...

On Linux, all that the command has started stays below this process: to the nearest "child subreaper" the kernel gives
the processes whose parent has ended (prctl(2)). On other systems, what leaves the command's process group is not found.
What ends the command also ends its descendants: its own end, SIGTERM to this process, and the death of the walk.
SIGUSR1 ends the descendants alone, as Ctrl-C does when a command hangs in a shell.

This file is handed over as a text where nothing else of the walk is, so it imports nothing of ours.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

LINUX = sys.platform == "linux"
SET_PDEATHSIG, SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
PATIENCE = 60  # seconds that killed processes may take to be gone
LEFT = 97  # the exit code if some are not, which no other command has


def main() -> None:
    """Start the command, and hold it."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    if LINUX:
        # Who has died before this line has typed nothing: the command sees the end of what it reads, and ends.
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        prctl(SET_PDEATHSIG, signal.SIGTERM)
        prctl(SET_CHILD_SUBREAPER, 1)
    try:
        command = subprocess.Popen(sys.argv[1:], start_new_session=True)
    except OSError as error:
        sys.exit(f"{sys.argv[1]}: {error.strerror}")
    hold(command)


def hold(command: subprocess.Popen) -> None:
    """Wait for the end of the command, and for that of all it has started."""
    signal.signal(signal.SIGUSR1, lambda *_: kill(pid for pid in below(os.getpid()) if pid != command.pid))
    # The streams are the command's alone: whoever reads from it sees its end.
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    while os.wait()[0] != command.pid:
        pass
    if not LINUX:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(command.pid, signal.SIGKILL)
    end()


def end(*_signal) -> None:
    """End all that is below this process, and then itself."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        kill(below(os.getpid()))
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            os._exit(0)
        time.sleep(0.01)  # those whose parent has just ended are ours next time
    os._exit(LEFT)


def kill(pids) -> None:
    """End these processes, as far as this user may."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def below(ancestor: int) -> list[int]:
    """Return the descendants of a process."""
    parents = parents_here()
    found = [ancestor]
    for one in found:
        found += [pid for pid, parent in parents.items() if parent == one]
    return found[1:]


def parents_here() -> dict[int, int]:
    """Return the parent of each process of this machine."""
    if not LINUX:
        lines = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False).stdout
        return {int(pid): int(parent) for pid, parent in map(str.split, lines.splitlines())}
    found = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            found[int(file.parent.name)] = int(file.read_text(errors="replace").rpartition(")")[2].split()[1])
    return found


if __name__ == "__main__":
    main()
