"""One command at a time has a lock, whoever else would like to have it, and however its holder ends."""

import signal
import stat
import subprocess
import sys

import pytest
from practice import CODE

from cluster import ClusterError, lock

HOLDS = """
import pathlib, sys, time
from cluster import lock
with lock.held(pathlib.Path(sys.argv[1]), "no"):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def path(tmp_path):
    """The file of a lock, in a folder that is not there yet."""
    return tmp_path / "run/a.lock"


def test_who_holds_it_is_alone_and_leaves_nothing(path):
    with lock.held(path, "no"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, "who can open the file can lock it"
        with pytest.raises(ClusterError, match=r"^no$"), lock.held(path, "no", seconds=0.2):
            pass
    assert not path.parent.exists()
    with lock.held(path, "no"):
        pass


def test_a_holder_that_is_killed_holds_it_no_more(path):
    command = [sys.executable, "-c", HOLDS, path]
    holder = subprocess.Popen(command, cwd=CODE.parent, stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    assert lock.grasp(path) is None
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    with lock.held(path, "no"):
        assert lock.grasp(path) is None


def test_a_file_that_was_removed_meanwhile_is_no_lock(path):
    with lock.held(path, "no"):
        path.unlink()
        with lock.held(path, "no"):
            assert lock.grasp(path) is None


def test_who_waits_is_told_once(path):
    said = []
    waits = lock.held(path, "it is held", seconds=1.5, say=said.append)
    with lock.held(path, "no"), pytest.raises(ClusterError, match=r"^it is held$"), waits:
        pass
    assert said == ["waiting, because it is held"]
