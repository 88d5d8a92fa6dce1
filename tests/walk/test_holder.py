"""What a command has started is ended with it, however it was started, by whomever, and however the walk ends."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

ME = os.getpid()  # the tests of other workers look for such processes, too
HOLDER = Path(__file__).parents[2] / "walk/holder.py"
# Ways to start a process that has another parent, session, environment or process group than the shell.
WAYS = {
    "in the background": "{ sleep {} & } 2>/dev/null",
    "of a shell that has ended": "(sleep {} &)",
    "in a session of its own": "(setsid sleep {} &) ; (setsid --fork sleep {})",
    "without the environment": "(env -i sleep {} &)",
    "that ignores a hang-up": "(nohup sleep {} >/dev/null 2>&1 &)",
    "that ignores what asks it to end": "(sh -c 'trap \"\" TERM INT HUP; sleep {}; sleep {}' &)",
}
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []


@pytest.mark.parametrize(("number", "way"), list(enumerate(WAYS.values())), ids=WAYS)
def test_a_process_of_a_page_does_not_outlive_the_walk(small, number, way, running):
    sleep = f"sleep 7{number}01.{ME}"
    small.change("index.md", "$ cd kitchen", f"$ {way.replace('sleep {}', sleep)}\n$ cd kitchen")
    assert not any(small.walk("share").values())
    assert not running(sleep)


def test_a_process_of_a_command_that_hangs_is_ended_with_it(small):
    small.change("index.md", "$ cd kitchen", "$ cd kitchen\n$ mkdir plates")
    hangs = f":limit: 1\n\n$ bread=rye; (setsid sleep 7602.{ME} &); sleep 7603.{ME}; sleep 7604.{ME}\n"
    small.change("share.md", "```{transcript}\n$ mkdir", f"```{{transcript}}\n{hangs}$ mkdir")
    small.change(
        "share.md",
        "$ date\nSun Nov 22 12:00:00 UTC 2026",
        f"$ test $bread = rye && ! grep -qs '760[2].{ME}' /proc/[0-9]*/cmdline\n",
    )
    wrong = small.walk("share")
    assert "has not ended after 1 seconds" in wrong["share.md:10"][0]
    assert wrong["share.md:23"] == []


def test_a_killed_walk_leaves_no_process(small, running, wait):
    small.change("index.md", "$ cd kitchen", f"$ (setsid sleep 7605.{ME} &); sleep 7606.{ME}")
    process = small.start()
    wait(lambda: running(f"sleep 7605.{ME}") and running(f"sleep 7606.{ME}"))
    process.kill()
    process.communicate(timeout=600)
    wait(lambda: not running(f"sleep 7605.{ME}") and not running(f"sleep 7606.{ME}"))


def hold(*command, before=(), source=""):
    """Start the holder with a command, as the walk does it in a cluster: it is handed over as a text."""
    # Our own Python may lie where only its owner looks.
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    whole = [*before, python, "-IS", "-c", source or HOLDER.read_text(), *command]
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.Popen(whole, start_new_session=True, cwd="/", **streams)


@pytest.mark.parametrize("user", [[], NOBODY], ids=["root", "nobody"] if NOBODY else ["me", "me too"])
@pytest.mark.parametrize("end", ["the command ends", "it is asked to end"])
def test_nothing_is_left(user, end, running, wait):
    holder = hold("bash", "-c", f"(setsid sleep 7607.{ME} &); (env -i sleep 7608.{ME} &); echo here; cat", before=user)
    assert holder.stdout.readline() == b"here\n"
    wait(lambda: running(f"sleep 7607.{ME}") and running(f"sleep 7608.{ME}"))
    if end == "it is asked to end":
        holder.terminate()
        holder.wait(600)
    holder.communicate(timeout=600)  # else `cat` ends here
    assert not running(f"sleep 7607.{ME}") and not running(f"sleep 7608.{ME}")
    assert holder.returncode == 0


def test_a_command_that_is_not_there():
    out, _ = hold("no-such-command").communicate(timeout=600)
    assert out == b"no-such-command: No such file or directory\n"


@pytest.mark.skipif(not NOBODY, reason="only root can start what an ordinary user can't end")
def test_what_cannot_be_ended_is_said(wait):
    drops = "    os.setresuid(65534, 65534, 65534)\n"  # as if the command were one of root's, such as sudo
    head, line, tail = HOLDER.read_text().replace("PATIENCE = 60", "PATIENCE = 0.2").partition("    hold(command)\n")
    assert line
    holder = hold("bash", "-c", "sleep 600 & echo $!", source=head + drops + line + tail)
    sleeps = int(holder.stdout.readline())
    assert holder.wait(600) == 97
    os.kill(sleeps, signal.SIGKILL)
    holder.communicate()
