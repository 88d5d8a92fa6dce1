"""A wrong call of the practice cluster gets one line and starts nothing."""

import pytest
from practice import practice_cluster


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "say what to do: up, status, shell, run, image or down"),
        (["run"], "run needs a command"),
        (["up", "--nodes", "0"], "--nodes 0: must be a whole number from 1 to 64"),
        (["up", "--nodes", "four"], "--nodes four: must be a whole number from 1 to 64"),
        (["up", "--cpus", "-1"], "--cpus -1: must be a whole number from 1 to 256"),
        (["up", "--memory", "4G"], "--memory 4G: must be a whole number from 512 to 10000000"),
        (["up", "--max-array-size", "1"], "--max-array-size 1: must be a whole number from 2 to 4000001"),
        (["up", "--partitions", "a,,b"], "--partitions a,,b: must be names with commas between them"),
        (["up", "--partitions", "a b"], "--partitions a b: must be names with commas between them"),
        (["up", "--partitions", "a,A"], "--partitions a,A: a name must not come twice, nor be `default`"),
        (["up", "--home", "/no/folder"], "--home /no/folder: No such file or directory"),
        (["up", "--home", "/"], "--home /: must belong to an ordinary user, because jobs run as its owner"),
    ],
)
def test_a_wrong_value_is_answered_with_one_line(arguments, line):
    done = practice_cluster(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"practice-cluster: {line}\n")


@pytest.mark.parametrize("arguments", [["start"], ["up", "--node=4", "x"], ["up", "--nodes"], ["down", "now"]])
def test_a_wrong_word_is_answered_with_one_line(arguments):
    done = practice_cluster(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_help():
    done = practice_cluster("--help")
    assert done.returncode == 0
    for word in ("up", "status", "shell", "run", "image", "down", "--nodes", "--home"):
        assert word in done.stdout
