"""The fixtures for tests of the practice cluster; what they use is in practice.py and machine.py.

Most tests share one cluster, and leave it as they found it: `cluster`. A test that disturbs its cluster, or starts and
ends one itself, has one of its own: `own`, `machine`.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys

import pytest
from machine import Machine
from practice import PRACTICE_CLUSTER, Cluster, name_of, practice_cluster

from cluster import rootfs
from cluster.location import RELEASE, failed_logs


class Shared:
    """The cluster that tests share: started when the first one needs it, and made anew after one that harmed it."""

    def __init__(self):
        self.cluster = None
        self.last = ""  # the test that had it before

    def start(self):
        """Return the cluster; a new one if the last test left it ill."""
        if not self.cluster:
            self.cluster = Cluster(name_of("shared"))
            try:
                self.cluster.start()
            except BaseException:  # or the next test would get half of one
                self.end()
                raise
        return self.cluster

    def end(self):
        """End the cluster."""
        if self.cluster:
            cluster, self.cluster = self.cluster, None
            cluster.end()

    def complain(self, test):
        """Say what is ill about the cluster, whose fault it is, and end it; nothing if it is well."""
        ills = self.cluster.ills() if self.cluster else []
        if not ills:
            return ""
        self.end()
        return "\n".join([f"{test} left the cluster that tests share so that no other test can use it:", *ills])


@pytest.fixture(scope="session")
def shared(may_start_cluster):
    """The cluster that tests share, for as long as this process runs."""
    shared = Shared()
    yield shared
    shared.end()


@pytest.fixture
def cluster(shared, request):
    """A healthy cluster with the lesson's folder and its image. The test must leave it idle and without jobs."""
    # Since the last test was done with it, nobody should have touched it.
    if complaint := shared.complain(f"something after {shared.last}"):
        pytest.fail(complaint)
    yield shared.start()
    shared.last = request.node.nodeid
    if complaint := shared.complain(shared.last):
        pytest.fail(complaint)


@pytest.fixture
def own(may_start_cluster):
    """own() starts a cluster for this test alone, which may disturb it; it is ended afterwards."""
    cluster = Cluster(name_of("own"))

    def start(*options, image=False):
        cluster.start(*options, image=image)
        return cluster

    yield start
    cluster.end()


@pytest.fixture
def up(may_start_cluster):
    """up("status") and so on call practice-cluster for a cluster of this test; whatever it leaves is ended."""
    cluster = Cluster(name_of("up"))
    yield cluster.call
    cluster.call("down")
    shutil.rmtree(failed_logs(cluster.name), ignore_errors=True)


@pytest.fixture(scope="session")
def warm(may_start_cluster):
    """The root folder with the packages, in the cache: making it takes minutes, and locks that others wait for."""
    name = name_of("warm")
    done = practice_cluster("up", name=name, timeout=3600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert practice_cluster("down", name=name).returncode == 0
    return rootfs.where(RELEASE)


@pytest.fixture
def machine(warm, up, tmp_path):
    """What the machine had before the test."""
    return Machine(tmp_path / "stamp", up.keywords["name"])


@pytest.fixture
def start(up):
    """start("up", ...) starts cluster/practice-cluster and returns the process; it is killed after the test."""
    with contextlib.ExitStack() as stack:

        def popen(*arguments, env=None):
            env = (env or os.environ) | {"PRACTICE_CLUSTER_NAME": up.keywords["name"]}
            # A pytest in the background of a shell ignores SIGINT; what it starts must not.
            handler = signal.signal(signal.SIGINT, signal.default_int_handler)
            process = subprocess.Popen(
                [sys.executable, "-u", PRACTICE_CLUSTER, *arguments], stdin=subprocess.DEVNULL, env=env,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            )  # fmt: skip
            signal.signal(signal.SIGINT, handler)
            stack.callback(finish, process)
            return process

        def finish(process):
            if process.poll() is None:
                process.kill()
            process.wait()
            for pipe in (process.stdout, process.stderr):
                pipe.close()

        yield popen
