"""The fixtures for tests of the practice cluster; what they use is in practice.py."""

import contextlib
import signal
import subprocess
import sys

import pytest

pytest.register_assert_rewrite("practice")
from practice import (  # noqa: E402 - after the rewrite of its asserts is asked for
    CODE,
    FOLDER,
    PRACTICE_CLUSTER,
    Cluster,
    practice_cluster,
    the_bundle,
)


@pytest.fixture(scope="module")
def cluster(may_start_cluster):
    """A cluster for all tests of a module, with the lesson's folder and its image."""
    up = practice_cluster("up")
    assert up.returncode == 0, up.stdout + up.stderr
    try:
        image = practice_cluster("image", CODE)
        assert image.returncode == 0, image.stdout + image.stderr
        unpack = practice_cluster("run", "tar", "-x", "-C", FOLDER, input=the_bundle(), text=False)
        assert unpack.returncode == 0, unpack.stderr
        yield Cluster()
    finally:
        down = practice_cluster("down")
    assert down.returncode == 0, down.stderr


@pytest.fixture
def end_it(may_start_cluster):
    """A test that starts and ends a cluster itself: whatever it leaves is ended."""
    yield
    practice_cluster("down")


@pytest.fixture
def start():
    """start("up", ...) starts cluster/practice-cluster and returns the process; it is killed after the test."""
    with contextlib.ExitStack() as stack:

        def popen(*arguments, **options):
            # A pytest in the background of a shell ignores SIGINT; what it starts must not.
            handler = signal.signal(signal.SIGINT, signal.default_int_handler)
            process = subprocess.Popen(
                [sys.executable, "-u", PRACTICE_CLUSTER, *arguments], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, **options,
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
