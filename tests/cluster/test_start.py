"""Nothing that start.py calls can hang it: a program gets its time, and what it leaves behind holds nobody."""

import os
import signal

import pytest
import start


def test_a_program_that_hangs_is_ended_with_a_line():
    with pytest.raises(start.Failure, match=r"^sh has not ended after 0 s$"):
        start.run("sh", "-c", "sleep 700 & sleep 700", seconds=0.3)


def test_a_daemon_that_keeps_the_output_open_is_not_waited_for():
    done = start.run("sh", "-c", "echo err >&2; sleep 300 & echo $!; exit 3")
    assert (done.returncode, done.stderr) == (3, "err\n")
    os.kill(int(done.stdout), signal.SIGKILL)  # an error, if it had been waited for


def test_a_wait_ends_as_soon_as_the_daemon_is_gone(monkeypatch, tmp_path):
    monkeypatch.setattr(start, "LOGS", tmp_path)
    tmp_path.joinpath("no-such-daemon.log").write_text("first\nlast\n")
    with pytest.raises(start.Failure, match=r"^no answer: no-such-daemon has ended, its last words: last$"):
        start.wait("no answer", lambda: False, seconds=600, daemons=("no-such-daemon",))
    with pytest.raises(start.Failure, match=r"^no answer after 0 s; its log is in "):
        start.wait("no answer", lambda: False, seconds=0.2)


def test_a_daemon_that_is_there_is_found():
    assert start.processes("no-such-daemon") == []
    assert start.processes("python") or start.processes("python3") or start.processes("pytest")


def test_slurm_is_stopped_only_when_its_first_job_has_ended(monkeypatch):
    """A slurmd waits for a job that is still ending, and that one for the controller: both would have to be killed."""
    queues, asked = iter(["1 CG\n", "1 CG\n", ""]), []

    def must(*command, **_):
        if command[0] == "srun":
            return "learner\n"
        asked.append(next(queues))
        return asked[-1]

    def stop(*_):
        raise InterruptedError

    monkeypatch.setattr(start, "must", must)
    monkeypatch.setattr(start, "stop", stop)
    with pytest.raises(InterruptedError):
        start.run_a_job({"nodes": 1})
    assert asked[-1:] == [""]
