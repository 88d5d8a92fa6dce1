"""What the image of cluster/Dockerfile starts, in namespaces of its own instead of Docker.

The private root is made of the same packages by the same prepare.sh. To build the image as well would take minutes, and
a machine with Docker whose settings allow it.
"""

import os
import subprocess

import pytest

from cluster.location import INSIDE
from cluster.sandbox import UNSHARE

pytestmark = [pytest.mark.cluster, pytest.mark.engine, pytest.mark.slow]

# As Docker has it: a root that is an overlay, a network without others, a host name, a folder that is brought along.
CONTAINER = """
work=$1 root=$2 inside=$3 folder=$4 before=$5
shift 5
mount -t tmpfs tmpfs "$work"
mkdir "$work/upper" "$work/work" "$work/new"
mount -t overlay -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/work" overlay "$work/new"
cd "$work/new"
mkdir -p opt/practice-cluster home/learner/notebook-to-cluster
mount --bind -o ro "$inside" opt/practice-cluster
mount --bind "$folder" home/learner/notebook-to-cluster
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs -o mode=755 tmpfs run
hostname box
ip link set lo up
printf '127.0.0.1 localhost\\n192.0.2.1 box\\n' >etc/hosts
exec env -i SECRET=x PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot . $before bash /opt/practice-cluster/container.sh "$@"
"""
# Without --privileged, root in a container may not mount, nor make namespaces.
UNPRIVILEGED = "setpriv --bounding-set=-sys_admin --"


@pytest.fixture
def container(warm, tmp_path):
    """container(owner, command) runs a command of learner in the container, beside a folder of that owner."""

    def run(owner, command, before=""):
        work, folder = tmp_path / "work", tmp_path / "folder"
        work.mkdir()
        folder.mkdir()
        os.chown(folder, owner, owner)
        script = ["sh", "-euc", CONTAINER, "sh", work, warm, INSIDE, folder, before, "bash", "-c", command]
        whole, nothing = [*UNSHARE, "--net", "--", *script], subprocess.DEVNULL
        done = subprocess.run(whole, stdin=nothing, capture_output=True, text=True, check=False, timeout=300)
        return done, folder

    return run


def test_learner_has_four_nodes_and_owns_the_folder(container, machine):
    jobs = "sinfo -h -o '%D %t'; srun -w n2 hostname; srun touch made"
    command = f"{jobs}; id -u; pwd; ss -ltnH | awk '{{print $4}}'; printenv SECRET; exit 5"
    done, folder = container(1234, command)
    assert done.returncode == 5, done.stderr
    steps, _, answers = done.stdout.partition("your first one has the id 1\n")
    assert "Slurm runs: the controller and 4 nodes" in steps
    nodes, name, user, where, *addresses = answers.splitlines()
    assert (nodes, name, user, where) == ("4 idle", "n2", "1234", "/home/learner/notebook-to-cluster")
    assert (folder / "made").stat().st_uid == 1234
    assert len(addresses) >= 6
    assert [address for address in addresses if not address.startswith("127.0.0.1:")] == []
    assert machine.differences() == []


def test_where_no_namespaces_can_be_made_nodes_are_this_machine(container):
    """Jobs run all the same; what they see of a node is the whole container."""
    done, _ = container(1234, "srun -w n2 hostname", UNPRIVILEGED)
    assert done.returncode == 0, done.stderr
    assert "no namespaces can be made here: all nodes share one host name, /tmp and processes\n" in done.stdout
    assert done.stdout.endswith("\nbox\n")


@pytest.mark.parametrize("owner", [0, 65534])
def test_a_folder_of_nobody_ordinary_stays_theirs(container, owner):
    done, folder = container(owner, "id -u")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("\n2000\n")
    assert (
        f"the folder notebook-to-cluster belongs to user {owner} here, and learner may not write to it" in done.stderr
    )
    assert folder.stat().st_uid == owner
