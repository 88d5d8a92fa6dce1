"""Process 1 of the practice cluster: starts it, stays when `up` says so, and ends everything when `up` is gone."""

import contextlib
import os
import select
import signal
import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Start the cluster, and be its process 1."""
    start = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("start.py"), *sys.argv[1:]], stdin=subprocess.DEVNULL
    )
    # Standard input is a pipe from `up`. When `up` is killed, however hard, its end is closed; this process ends, and
    # the kernel ends all others of this pid namespace and takes down the mounts.
    while start.poll() is None:
        if select.select([0], [], [], 0.05)[0]:
            sys.exit("practice-cluster: `up` has ended too early")
    if start.returncode:
        sys.exit(start.returncode)
    print("ready", flush=True)
    if os.read(0, 64) != b"stay\n":
        sys.exit("practice-cluster: `up` has ended too early")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    # Daemons leave their children to process 1; somebody must ask how they ended.
    while True:
        try:
            os.wait()
        except ChildProcessError:
            with contextlib.suppress(InterruptedError):
                signal.pause()


if __name__ == "__main__":
    main()
