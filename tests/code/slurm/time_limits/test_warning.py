"""The script that waits for the warning, warned by us. (That Slurm warns it is shown on the page.)"""

import os
import re
import signal
import subprocess
import time

from bundle import CODE, HANG


def test_it_says_when_the_signal_came_and_ends_well(tmp_path):
    # The stand-in for sleep says that the trap is set: it stands before it.
    (tmp_path / "sleep").write_text("#!/bin/bash\ntouch ready\nexec /bin/sleep 60\n")
    (tmp_path / "sleep").chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    process = subprocess.Popen(
        ["bash", CODE / "slurm/time_limits/warning.sh"],
        cwd=tmp_path,
        env={"PATH": path},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + HANG
        while not (tmp_path / "ready").exists() and time.monotonic() < end:
            time.sleep(0.01)
        process.send_signal(signal.SIGUSR1)
        assert re.fullmatch(r"USR1 came after \d+ seconds\n", process.stdout.readline())
        assert process.wait(HANG) == 0
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
