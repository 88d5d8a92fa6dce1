"""Runs a command that ends, with all that it started and mounted, when this process ends, however hard."""

import subprocess
from pathlib import Path

from cluster import ClusterError, settings
from cluster.location import NAME

LIMIT = 3600  # seconds: a network can be slow, but what takes longer hangs
# With --kill-child the first process of the namespaces ends when unshare does, and with it all others in them.
UNSHARE = [
    "unshare", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--propagation", "private",
]  # fmt: skip
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "HOME": "/root",
    "DEBIAN_FRONTEND": "noninteractive",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PRACTICE_CLUSTER_NAME": NAME,  # for whoever asks whose processes these are
}
IN_ROOT = """
cd "$1"
mount -t proc proc proc
mount -t tmpfs -o mode=755 tmpfs dev
for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
    name=${device%%:*} numbers=${device#*:}
    mknod -m 666 "dev/$name" c "${numbers%:*}" "${numbers#*:}"
done
ln -s /proc/self/fd dev/fd
mkdir dev/shm
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount --bind "$2" mnt
hostname login
shift 2
exec chroot . "$@"
"""


def run(command: list[str], log: Path) -> int:
    """Run a command in namespaces of its own (mounts, processes, host name); what it prints goes to the log."""
    with log.open("ab") as output:
        try:
            return subprocess.call(
                ["setpriv", "--pdeathsig=KILL", "--", *UNSHARE, "--mount-proc", "--", *command],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/",
                env=ENVIRONMENT | settings.variables(), start_new_session=True, timeout=LIMIT,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise ClusterError(f"gave up after {LIMIT} s (more in {log})") from None


def run_in_root(root: Path, work: Path, command: list[str], log: Path) -> int:
    """Run a command in a root folder, with the folder `work` of this machine as its /mnt."""
    return run(["sh", "-euc", IN_ROOT, "sh", str(root), str(work), *command], log)
