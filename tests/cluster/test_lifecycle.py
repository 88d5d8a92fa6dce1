"""The practice cluster starts once, leaves another Slurm alone, and leaves nothing behind, however it ends."""

import ipaddress
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

import pytest
from practice import PRACTICE_CLUSTER, Machine, listening, poll, practice_cluster

pytestmark = [pytest.mark.cluster, pytest.mark.engine, pytest.mark.slow]


@pytest.fixture
def machine(end_it, tmp_path):
    """What the machine had before the test."""
    return Machine(tmp_path / "stamp")


def read_until(process, text):
    """Read lines of a running `up` until one contains the text."""
    for line in process.stdout:
        if text in line:
            return
    pytest.fail(f"`up` ended before it printed {text!r}: {process.stderr.read()}")


def test_a_life_leaves_nothing_behind(machine):
    up = practice_cluster("up")
    assert up.returncode == 0, up.stderr
    assert practice_cluster("run", "sbatch", "--wrap", "sleep 300").stdout == "Submitted batch job 1\n"
    assert machine.differences() != []  # a comparison that sees nothing would prove nothing
    down = practice_cluster("down")
    assert (down.returncode, down.stdout) == (0, "the practice cluster is down\n")
    assert machine.differences() == []
    again = practice_cluster("down")
    assert (again.returncode, again.stdout) == (0, "the practice cluster was not up\n")


def test_two_up_at_the_same_time_are_one_cluster(machine, start):
    processes = [start("up"), start("up")]
    results = [(process.communicate(timeout=300), process.returncode) for process in processes]
    assert sorted(code for _, code in results) == [0, 1]
    [refusal] = [err for (_, err), code in results if code == 1]
    assert refusal == "practice-cluster: another practice-cluster is starting or ending one just now\n"
    third = practice_cluster("up")
    assert third.returncode == 1
    assert re.fullmatch(r"practice-cluster: is already up: .*\n", third.stderr)
    assert practice_cluster("run", "sinfo", "-h", "-o", "%D %t").stdout == "4 idle\n"
    assert practice_cluster("down").returncode == 0
    assert machine.differences() == []


MOMENTS = [0.1, 0.5, "munge runs", "the accounting runs", "Slurm runs"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_interrupted_up_leaves_nothing_behind(machine, start, moment):
    process = start("up")
    read_until(process, moment) if isinstance(moment, str) else time.sleep(moment)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    if isinstance(moment, str):  # before the first line, Python itself may still be starting
        assert (process.returncode, err) == (130, "practice-cluster: interrupted\n")
    assert process.returncode != 0
    assert machine.differences() == []


# `up` begins with what `down` does: once is enough.
@pytest.mark.parametrize(("moment", "next_verb"), [*((moment, "down") for moment in MOMENTS), ("Slurm runs", "up")])
def test_killed_up_leaves_nothing_behind(machine, start, moment, next_verb):
    process = start("up")
    read_until(process, moment) if isinstance(moment, str) else time.sleep(moment)
    process.kill()
    process.wait()
    following = practice_cluster(next_verb)
    assert following.returncode == 0, following.stderr
    if next_verb == "up":
        assert practice_cluster("run", "srun", "id", "-un").stdout == "learner\n"
        assert practice_cluster("down").returncode == 0
    assert machine.differences() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_root_that_is_half_made_is_removed(machine, start, tmp_path, number):
    cache = tmp_path / "cache"
    environment = os.environ | {"PRACTICE_CLUSTER_CACHE": str(cache)}
    process = start("up", env=environment)
    read_until(process, "the root with Slurm is made")
    poll(lambda: any(cache.glob("root-*.partial/*")), 60, "a half-made root")
    process.send_signal(number)
    process.wait(60)
    if number == signal.SIGKILL:
        assert practice_cluster("down", env=environment).returncode == 0
    assert [path.name for path in cache.iterdir()] == ["build.log"]
    assert machine.differences() == []


def in_mount_namespace(script, **options):
    """Run a shell script in which mounts of its own may be made; $up is the command."""
    environment = os.environ | {"up": f"{sys.executable} {PRACTICE_CLUSTER} up"}
    unshare = ["unshare", "--mount", "--propagation", "private", "sh", "-euc", script]
    return subprocess.run(
        unshare, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, **options
    )


OVER_ETC = """
mount -t tmpfs none /mnt
mkdir /mnt/upper /mnt/work
mount -t overlay -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work none /etc
"""
CGROUPS_READ_ONLY = """
grep -E ' cgroup2? ' /proc/mounts | while read -r _ folder _; do
    mount -o remount,bind,ro "$folder"
done
"""


def test_a_slurm_that_is_configured_is_left_alone(machine):
    done = in_mount_namespace(f"{OVER_ETC} mkdir /etc/slurm; echo ClusterName=real >/etc/slurm/slurm.conf; exec $up")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "practice-cluster: this machine has a Slurm of its own (/etc/slurm/slurm.conf): nothing is started beside it\n"
    )
    assert machine.differences() == []


def test_a_slurm_that_answers_is_left_alone(machine, tmp_path):
    sinfo = tmp_path / "sinfo"
    sinfo.write_text("#!/bin/sh\necho real\n")
    sinfo.chmod(0o755)
    done = practice_cluster("up", env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "practice-cluster: this machine has a Slurm of its own (sinfo answers): nothing is started beside it\n"
    )
    assert machine.differences() == []


def test_a_machine_without_cgroups(machine):
    done = in_mount_namespace(f"{CGROUPS_READ_ONLY} exec $up")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\nno usable cgroup here: memory limits are not enforced\n" in done.stdout
    status = practice_cluster("status")
    assert "limits:      no usable cgroup here: memory limits are not enforced\n" in status.stdout
    assert practice_cluster("run", "srun", "--mem=100M", "id", "-un").stdout == "learner\n"
    assert practice_cluster("down").returncode == 0
    assert machine.differences() == []


def test_the_options_of_up(machine, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, 1234, 1234)
    shape = ["--nodes=2", "--cpus=3", "--memory=600", "--max-array-size=11", "--partitions=blue,red"]
    up = practice_cluster("up", *shape, f"--home={home}")
    assert up.returncode == 0, up.stdout + up.stderr
    assert "forgotten" not in up.stdout.replace("and is forgotten", "")
    nodes = practice_cluster("run", "sinfo", "-h", "-N", "-o", "%N %P %c %m").stdout.split("\n")
    assert sorted(nodes) == ["", "n1 blue* 3 600", "n1 red 3 600", "n2 blue* 3 600", "n2 red 3 600"]
    assert practice_cluster("run", "sbatch", "--array=10", "--wrap=true").returncode == 0
    assert practice_cluster("run", "sbatch", "--array=11", "--wrap=true").returncode == 1
    assert practice_cluster("run", "srun", "touch", "made-by-a-job").returncode == 0
    assert practice_cluster("down").returncode == 0
    assert (home / "made-by-a-job").stat().st_uid == 1234
    assert machine.differences() == []


def test_run_passes_everything_on(machine):
    assert practice_cluster("up").returncode == 0
    script = 'cat; echo "$1" >&2; exit 7'
    done = practice_cluster("run", "bash", "-c", script, "bash", "two words", input="in\n")
    assert (done.returncode, done.stdout, done.stderr) == (7, "in\n", "two words\n")
    assert practice_cluster("run", "bash", "-c", "kill -TERM $$").returncode == 128 + signal.SIGTERM
    done = practice_cluster("run", "sh", "-c", "id -un; pwd; env", env=os.environ | {"SECRET": "x"})
    assert done.stdout.split("\n")[:2] == ["learner", "/home/learner"]
    assert "SECRET" not in done.stdout


def test_nothing_listens_but_on_loopback(machine, start):
    assert practice_cluster("up").returncode == 0
    # srun listens too, as long as its job runs.
    job = start("run", "srun", "bash", "-c", "echo runs; sleep 5")
    read_until(job, "runs")
    new = listening() - machine.listening
    assert {16817, 16819, 17001, 17002, 17003, 17004} <= {port for _, port in new}
    assert [address for address in new if not ipaddress.ip_address(address[0]).is_loopback] == []
    assert job.wait(60) == 0


def test_the_shell_is_a_login_shell_of_learner(machine):
    assert practice_cluster("up").returncode == 0
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, str(PRACTICE_CLUSTER), "shell"])
    try:
        printed = read_terminal(terminal, b"learner@login:~$ ")
        assert b"error" not in printed
        os.write(terminal, b"sbatch --wrap true; shopt login_shell; exit 5\n")
        printed += read_terminal(terminal, b"login_shell    \ton")
        assert b"Submitted batch job 1" in printed
        read_terminal(terminal, None)
    finally:
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 5


def read_terminal(terminal, text, seconds=30):
    """Read from a terminal until the text comes, or until its end."""
    printed = b""
    while text is None or text not in printed:
        assert select.select([terminal], [], [], seconds)[0], printed
        try:
            printed += os.read(terminal, 4096)
        except OSError:  # the other side is closed
            assert text is None, printed
            return printed
    return printed


@pytest.mark.parametrize("verb", [["status"], ["run", "true"], ["shell"], ["image", "."]])
def test_without_a_cluster_there_is_one_line(end_it, verb):
    done = practice_cluster(*verb)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "practice-cluster: is not up: `practice-cluster up` starts it\n"
