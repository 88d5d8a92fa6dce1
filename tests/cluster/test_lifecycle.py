"""The practice cluster starts once, leaves another Slurm alone, and leaves nothing behind, however it ends."""

import ipaddress
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from machine import listening
from practice import CODE, PRACTICE_CLUSTER, poll

from cluster import state
from cluster.inside.slurm_conf import Ports
from cluster.location import CACHE, failed_logs

pytestmark = [pytest.mark.cluster, pytest.mark.engine, pytest.mark.slow]


def read_until(process, text):
    """Read lines of a running `up` until one contains the text."""
    for line in process.stdout:
        if text in line:
            return
    pytest.fail(f"`up` ended before it printed {text!r}: {process.stderr.read()}")


def test_a_life_leaves_nothing_behind(machine, up):
    done = up("up")
    assert done.returncode == 0, done.stderr
    assert up("run", "sbatch", "--wrap", "sleep 300").stdout == "Submitted batch job 1\n"
    assert machine.look() != machine.before  # a comparison that sees nothing would prove nothing
    down = up("down")
    assert (down.returncode, down.stdout) == (0, "the practice cluster is down\n")
    assert machine.differences() == []
    again = up("down")
    assert (again.returncode, again.stdout) == (0, "the practice cluster was not up\n")


def test_two_up_at_the_same_time_are_one_cluster(machine, up, start):
    processes = [start("up"), start("up")]
    results = [(process.communicate(timeout=300), process.returncode) for process in processes]
    assert sorted(code for _, code in results) == [0, 1]
    [refusal] = [err for (_, err), code in results if code == 1]
    assert refusal == "practice-cluster: another practice-cluster is starting or ending one just now\n"
    third = up("up")
    assert third.returncode == 1
    assert re.fullmatch(r"practice-cluster: is already up: .*\n", third.stderr)
    assert up("run", "sinfo", "-h", "-o", "%D %t").stdout == "4 idle\n"
    assert up("down").returncode == 0
    assert machine.differences() == []


def test_clusters_of_two_names_know_nothing_of_each_other(machine, up, own):
    done = up("up", "--nodes=1")
    assert done.returncode == 0, done.stderr
    other = own("--nodes=2")
    assert up("run", "sbatch", "--parsable", "--wrap=sleep 300").stdout == "1\n"
    assert other.output("sbatch --parsable --wrap='sleep 300'") == "1"
    poll(lambda: other.ask("squeue -h -o '%i %T'") == "1 RUNNING", 120, "the job runs", lambda: other.hopeless("1"))
    assert up("run", "sinfo", "-h", "-o", "%D").stdout == "1\n"
    assert other.output("sinfo -h -p short -o %D") == "2"
    assert up("down").returncode == 0
    assert machine.differences() == []
    assert other.output("squeue -h -o '%i %T'") == "1 RUNNING"


# What an ordinary user can take before root comes: names, and what may be opened below /run and the cache. (What is
# done about a port that is taken, tests/cluster/test_ports.py says: here other tests would notice.)
SQUATTER = """
import fcntl, socket, sys, time
from pathlib import Path
taken = []
name = socket.socket(socket.AF_UNIX)
name.bind("\\0practice-cluster")
for path in [*Path("/run/practice-cluster").glob("*"), *Path(sys.argv[1]).glob("*")]:
    try:
        taken.append(open(path))
        fcntl.flock(taken[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        pass
print("taken", flush=True)
time.sleep(600)
"""


@pytest.fixture
def as_nobody():
    """Words before those of a Python program that an ordinary user runs, and a copy of the command that he may read."""
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        copy = shutil.copytree(PRACTICE_CLUSTER.parent, f"{folder}/cluster")
        yield ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", python], f"{copy}/practice-cluster"


def test_an_ordinary_user_keeps_nobody_from_starting_or_ending(machine, up, as_nobody):
    squatter = subprocess.Popen([*as_nobody[0], "-c", SQUATTER, CACHE], stdout=subprocess.PIPE, text=True)
    try:
        assert squatter.stdout.readline() == "taken\n"
        done = up("up")
        assert done.returncode == 0, done.stderr
        assert up("run", "srun", "id", "-un").stdout == "learner\n"
        assert up("down").stdout == "the practice cluster is down\n"
    finally:
        squatter.kill()
        squatter.communicate()


def test_a_start_that_takes_too_long_is_ended(machine, up):
    program = (
        f"import runpy, sys; sys.argv = ['practice-cluster', 'up']; sys.path.insert(0, {str(CODE.parent)!r})\n"
        f"from cluster import boot; boot.LIMIT = 1; runpy.run_path({str(PRACTICE_CLUSTER)!r}, run_name='__main__')"
    )
    env = os.environ | {"PRACTICE_CLUSTER_NAME": machine.name}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
    logs = failed_logs(machine.name)
    assert done.returncode == 1
    assert re.fullmatch(
        rf"practice-cluster: did not start within 1 s; the last step was: .* \(logs: {logs}\)\n", done.stderr
    ), done.stderr
    assert machine.differences() == []
    assert list(logs.iterdir()) != []
    assert up("up").returncode == 0
    assert not logs.exists()


# A daemon can't start: a program of its name ends at once.
BROKEN = """
mount -t tmpfs none /mnt
mkdir /mnt/upper /mnt/work
mount -t overlay -o "lowerdir=$root,upperdir=/mnt/upper,workdir=/mnt/work" none "$root"
rm "$root/usr/sbin/$daemon" # it may be a link to a file of the machine
printf '#!/bin/sh\\necho it is broken >&2; exit 3\\n' >"$root/usr/sbin/$daemon"
chmod 755 "$root/usr/sbin/$daemon"
exec $up
"""


@pytest.mark.parametrize(
    ("daemon", "said"),
    [
        *((name, name) for name in ("mariadbd", "munged", "slurmdbd", "slurmctld", "slurmd")),
        ("../bin/hostname", "node n1 has ended, its last words: it is broken"),
    ],
)
def test_a_daemon_that_does_not_start_ends_the_start_with_a_line(machine, up, warm, daemon, said):
    script = f"root={warm} daemon={daemon}\n{BROKEN}"
    done = in_mount_namespace(up, script)
    assert done.returncode == 1
    assert done.stderr.startswith("practice-cluster: did not start: ") and said in done.stderr
    assert done.stderr.count("\n") == 1
    assert machine.differences() == []


MOMENTS = [0.1, 0.5, "munge runs", "the accounting runs", "Slurm runs"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_interrupted_up_leaves_nothing_behind(machine, up, start, moment):
    process = start("up")
    read_until(process, moment) if isinstance(moment, str) else time.sleep(moment)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    if isinstance(moment, str):  # before the first line, Python itself may still be starting
        assert (process.returncode, err) == (130, "practice-cluster: interrupted\n")
    assert process.returncode != 0
    assert machine.differences() == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_up_leaves_nothing_behind(machine, up, start, moment):
    process = start("up")
    read_until(process, moment) if isinstance(moment, str) else time.sleep(moment)
    process.kill()
    process.wait(60)
    following = up("down")
    assert following.returncode == 0, following.stderr
    assert machine.differences() == []


def test_up_takes_over_from_a_killed_up(machine, up, start):
    process = start("up")
    read_until(process, "Slurm runs")
    os.kill(state.last(machine.name)["pid"], signal.SIGSTOP)  # so it can't see that it is alone, and lives
    process.kill()
    process.wait(60)
    assert up("run", "true").stderr == "practice-cluster: is not up: `practice-cluster up` starts it\n"
    following = up("up")
    assert following.returncode == 0, following.stderr
    assert up("run", "srun", "id", "-un").stdout == "learner\n"
    assert up("down").returncode == 0
    assert machine.differences() == []


def test_a_job_that_slurm_holds_frozen_ends_with_the_cluster(machine, up):
    """Slurm freezes a job to kill it: when Slurm is killed in that moment, nobody lets the job go on to die."""
    assert up("up").returncode == 0
    assert up("run", "sbatch", "--wrap=sleep 600").returncode == 0
    ours = re.compile(rf"/practice-cluster-{machine.name}/.*/step_batch$")
    switches = {"freezer.state": "FROZEN", "cgroup.freeze": "1"}  # of cgroup v1, of v2

    def frozen():
        # Folders of other clusters come and go meanwhile: os.walk does not mind.
        folders = [(folder, files) for folder, _, files in os.walk("/sys/fs/cgroup") if ours.search(folder)]
        found = [Path(folder, name) for folder, files in folders for name in switches if name in files]
        for path in found:
            path.write_text(switches[path.name])
        return found

    poll(frozen, 60, "a job is frozen")
    done = up("down")
    assert done.returncode == 0, done.stderr
    assert machine.differences() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_root_that_is_half_made_is_removed(machine, up, start, tmp_path, number):
    cache, temporary = tmp_path / "cache", set(Path("/tmp").glob("mmdebstrap.*"))
    environment = os.environ | {"PRACTICE_CLUSTER_CACHE": str(cache)}
    process = start("up", env=environment)
    read_until(process, "the root with Slurm is made")
    poll(lambda: any(cache.glob("root-*.partial/*")), 60, "a half-made root")
    process.send_signal(number)
    process.wait(60)
    if number == signal.SIGKILL:
        assert up("down", env=environment).returncode == 0
    assert [path.name for path in cache.iterdir()] == ["build.log"]
    assert set(Path("/tmp").glob("mmdebstrap.*")) <= temporary
    assert machine.differences() == []


def in_mount_namespace(up, script):
    """Run a shell script in which mounts of its own may be made; $up is the command."""
    name = up.keywords["name"]
    environment = os.environ | {"up": f"{sys.executable} {PRACTICE_CLUSTER} up", "PRACTICE_CLUSTER_NAME": name}
    unshare = ["unshare", "--mount", "--propagation", "private", "sh", "-euc", script]
    return subprocess.run(
        unshare, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
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


ORDINARY = """
printf '127.0.0.1 localhost\\n127.0.1.1 box' >/etc/hosts
umask 077
export PATH=/usr/local/bin:/usr/bin:/bin
trap '' HUP
$up &
sleep 0.5
kill -HUP $!
wait $!
"""


def test_what_many_machines_have_is_in_nobodys_way(machine, up):
    """Names that end without a line feed, a strict umask, a path without daemons as `su` gives it, and `nohup`."""
    done = in_mount_namespace(up, f"{OVER_ETC} {ORDINARY}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert up("run", "srun", "--nodes=2", "id", "-un").stdout == "learner\nlearner\n"
    assert up("run", "getent", "hosts", "box").stdout.split() == ["127.0.1.1", "box"]
    assert up("down").returncode == 0
    assert machine.differences() == []


def test_an_empty_variable_names_no_folder(up, tmp_path):
    (tmp_path / "film.partial").touch()
    done = up("down", cwd=tmp_path, env=os.environ | {"PRACTICE_CLUSTER_CACHE": ""})
    assert done.returncode == 0 and (tmp_path / "film.partial").exists()


def test_a_slurm_that_is_configured_is_left_alone(machine, up):
    done = in_mount_namespace(up, f"{OVER_ETC} mkdir /etc/slurm; echo >/etc/slurm/slurm.conf; exec $up")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "practice-cluster: this machine has a Slurm of its own (/etc/slurm/slurm.conf): nothing is started beside it\n"
    )
    assert machine.differences() == []


def test_a_slurm_that_answers_is_left_alone(machine, up, tmp_path):
    sinfo = tmp_path / "sinfo"
    sinfo.write_text("#!/bin/sh\necho real\n")
    sinfo.chmod(0o755)
    done = up("up", env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "practice-cluster: this machine has a Slurm of its own (sinfo answers): nothing is started beside it\n"
    )
    assert machine.differences() == []


def test_a_machine_without_cgroups(machine, up):
    done = in_mount_namespace(up, f"{CGROUPS_READ_ONLY} exec $up")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\nno usable cgroup here: memory limits are not enforced\n" in done.stdout
    status = up("status")
    assert "limits:      no usable cgroup here: memory limits are not enforced\n" in status.stdout
    assert up("run", "srun", "--mem=100M", "id", "-un").stdout == "learner\n"
    assert up("down").returncode == 0
    assert machine.differences() == []


def test_the_options_of_up(machine, up, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, 1234, 1234)
    shape = ["--nodes=2", "--cpus=3", "--memory=600", "--max-array-size=11", "--partitions=blue,red"]
    done = up("up", *shape, f"--home={home}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "forgotten" not in done.stdout.replace("and is forgotten", "")
    nodes = up("run", "sinfo", "-h", "-N", "-o", "%N %P %c %m").stdout.split("\n")
    assert sorted(nodes) == ["", "n1 blue* 3 600", "n1 red 3 600", "n2 blue* 3 600", "n2 red 3 600"]
    assert up("run", "sbatch", "--array=10", "--wrap=true").returncode == 0
    assert up("run", "sbatch", "--array=11", "--wrap=true").returncode == 1
    assert up("run", "srun", "touch", "made-by-a-job").returncode == 0
    assert up("down").returncode == 0
    assert (home / "made-by-a-job").stat().st_uid == 1234
    assert machine.differences() == []


def test_run_passes_everything_on(machine, up):
    assert up("up").returncode == 0
    script = 'cat; echo "$1" >&2; exit 7'
    done = up("run", "bash", "-c", script, "bash", "two words", input="in\n")
    assert (done.returncode, done.stdout, done.stderr) == (7, "in\n", "two words\n")
    assert up("run", "bash", "-c", "kill -TERM $$").returncode == 128 + signal.SIGTERM
    assert up("run", "echo", "--", "--", "-b").stdout == "-- -- -b\n"
    assert up("run", "--", "echo", "-n", "b").stdout == "b"
    assert up("run", "--", "-x").returncode == 127
    done = up("run", "sh", "-c", "id -un; pwd; env", env=os.environ | {"SECRET": "x"})
    assert done.stdout.split("\n")[:2] == ["learner", "/home/learner"]
    assert "SECRET" not in done.stdout


def test_nothing_listens_but_on_loopback(machine, up, start):
    assert up("up").returncode == 0
    # srun listens too, as long as its job runs.
    job = start("run", "srun", "bash", "-c", "echo runs; sleep 5")
    read_until(job, "runs")
    new = listening() - machine.listening
    ours = Ports(state.last(machine.name)["slot"])
    assert {ours.controller, ours.database, *ours.nodes(4)} <= {port for _, port in new}
    assert [address for address in new if not ipaddress.ip_address(address[0]).is_loopback] == []
    assert job.wait(60) == 0


def test_the_shell_is_a_login_shell_of_learner(machine, up):
    assert up("up").returncode == 0
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["PRACTICE_CLUSTER_NAME"] = machine.name
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


@pytest.mark.parametrize("verb", [["status"], ["repair"], ["run", "true"], ["shell"], ["image", "."]])
def test_without_a_cluster_there_is_one_line(up, verb):
    done = up(*verb)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "practice-cluster: is not up: `practice-cluster up` starts it\n"


@pytest.mark.parametrize("verb", [["up"], ["status"], ["repair"], ["run", "true"], ["shell"], ["image", "."], ["down"]])
def test_an_ordinary_user_gets_one_line(machine, up, as_nobody, verb):
    env = os.environ | {"PRACTICE_CLUSTER_NAME": machine.name, "HOME": "/nonexistent"}
    words, command = as_nobody

    def ask():
        return subprocess.run([*words, command, *verb], env=env, capture_output=True, text=True, check=False)

    before = ask()
    assert up("up").returncode == 0
    meanwhile = ask()
    for done in (before, meanwhile):
        assert done.returncode and not done.stdout
        assert re.fullmatch(r"practice-cluster: .*(root|is not up).*\n", done.stderr)
    assert up("run", "id", "-un").stdout == "learner\n"
