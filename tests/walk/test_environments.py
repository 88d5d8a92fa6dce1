"""What ends a cluster is done to its end, also when the walk is interrupted meanwhile."""

import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import os, sys
from walk import interrupt
from walk.environments import AtTheEnd
interrupt.once()
end = AtTheEnd(["sh", "-c", 'echo >"$1/begun"; sleep 1; echo >"$1/done"', "down", sys.argv[1]], dict(os.environ))
print("ready", flush=True)
end.now()
"""


def test_ctrl_c_does_not_end_what_ends_a_cluster(tmp_path):
    walk = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert walk.stdout.readline() == "ready\n"
    while not (tmp_path / "begun").exists():
        assert walk.poll() is None
        time.sleep(0.01)
    walk.send_signal(signal.SIGINT)
    _, errors = walk.communicate(timeout=60)
    assert (tmp_path / "done").exists(), errors
    assert "KeyboardInterrupt" in errors
