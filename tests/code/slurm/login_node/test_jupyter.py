"""The script that starts JupyterLab, without a Slurm: a stand-in for Jupyter says how it was called."""

import os
import re
import shlex
import socket
import subprocess
import sys

import pytest
from bundle import CODE, HANG

SCRIPT = CODE / "slurm/login_node/jupyter.sh"


@pytest.fixture
def started(tmp_path):
    """Run the script with a log of its own; return its exit code, the log, and what Jupyter was called with."""
    (tmp_path / "env/bin").mkdir(parents=True)
    (tmp_path / "env/bin/python").symlink_to(sys.executable)
    (tmp_path / "env/bin/jupyter").write_text('#!/bin/bash\nprintf "%q " "$@" >called\n')
    (tmp_path / "env/bin/jupyter").chmod(0o755)
    log = tmp_path / "jupyter_7.log"
    with log.open("w") as out:
        log.chmod(0o644)
        done = subprocess.run(
            ["bash", SCRIPT], cwd=tmp_path, stdout=out, stderr=out, timeout=HANG, env=os.environ | {"USER": "ada"}
        )
    return done.returncode, log, shlex.split((tmp_path / "called").read_text())


def test_nobody_else_reads_the_log(started):
    code, log, _ = started
    assert code == 0 and log.stat().st_mode & 0o777 == 0o600


def test_it_listens_on_the_node_itself_at_a_free_port_and_wants_a_token(started):
    _, log, words = started
    assert words[0] == "lab"
    given = dict(word.split("=") for word in words[1:] if "=" in word)
    # A port that is taken meanwhile must not become another one, which the log does not name.
    assert given.keys() == {"--ip", "--port", "--ServerApp.port_retries"}
    assert given["--ip"] == "127.0.0.1" and given["--ServerApp.port_retries"] == "0"
    assert not re.search("token|password|allow", " ".join(words))
    socket.create_server(("127.0.0.1", int(given["--port"]))).close()
    port = given["--port"]
    # On the laptop, you may have another name.
    hops = f"-J ada@LOGIN ada@{os.uname().nodename}"
    assert log.read_text() == f"On your laptop: ssh -N -L {port}:127.0.0.1:{port} {hops}\n"
