"""Holds the learner's jobs still while he looks at the queue: whatever the machine does, he looks while they run.

A page that shows running jobs shows what a learner sees who types at once. Jobs of some seconds are over before that on
a machine that is busy, and what comes out would depend on chance. So from the submission to the look they get SIGSTOP
as soon as they start, and SIGCONT afterwards. Slurm does not know: to it, a job runs that computes slowly.
"""

import shlex

from walk.errors import Broken
from walk.shell import Helper

# Runs as the learner, who may stop the processes of his jobs. The variable is slurmd's: no other process has it.
PROGRAM = """
import os, pathlib, signal, sys, time
stopped = set()

def go_on(*_):
    for pid in stopped:
        try:
            os.kill(pid, signal.SIGCONT)
        except OSError:
            pass
    os._exit(0)

signal.signal(signal.SIGTERM, go_on)
print("ready", flush=True)
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if b"\\0SLURMD_NODENAME=" in b"\\0" + (process / "environ").read_bytes():
                stopped.add(int(process.name))
                os.kill(int(process.name), signal.SIGSTOP)
        except OSError:
            pass
    time.sleep(0.01)
go_on()
"""
MOST = 300  # seconds after which jobs go on in any case
START = f"exec 8< <(exec python3 -IS -c {shlex.quote(PROGRAM)} {MOST}); _freezer=$!; read -r -u 8 _ready; echo $_ready"
END = "kill $_freezer 2>/dev/null; cat <&8; exec 8<&-"  # what it prints ends when it has
SECONDS = 60  # that it may take to start or to end


class Freezer:
    """Stops and continues the jobs, with the help of a shell of the walk's own."""

    def __init__(self, shell: Helper):
        self._shell = shell
        self._on = False

    def on(self) -> None:
        """From now on, jobs stand still as soon as they start; Broken if that can't be."""
        answer = self._shell.type(START, SECONDS)
        self._on = True
        if answer.code != 0 or answer.lines[-1:] != ["ready"]:
            raise Broken("\n".join(["jobs can't be held still:", *answer.lines[-5:]]))

    def off(self) -> None:
        """All jobs go on."""
        if self._on:
            self._on = False
            self._shell.type(END, SECONDS)
