"""A wrong call of the practice cluster gets one line and starts nothing."""

import subprocess
import sys

import pytest
from practice import PRACTICE_CLUSTER, name_of, practice_cluster


def call(*arguments):
    """Call the practice cluster; none of these starts one."""
    return practice_cluster(*arguments, name=name_of("options"))


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "say what to do: up, status, repair, shell, run, image or down"),
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
    done = call(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"practice-cluster: {line}\n")


@pytest.mark.parametrize("arguments", [["start"], ["up", "--node=4", "x"], ["up", "--nodes"], ["down", "now"]])
def test_a_wrong_word_is_answered_with_one_line(arguments):
    done = call(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_help():
    done = call("--help")
    assert done.returncode == 0
    for word in ("up", "status", "repair", "shell", "run", "image", "down", "--nodes", "--home"):
        assert word in done.stdout


@pytest.mark.parametrize("name", ["", "A", "a b", "../up", "-a", "a" * 40, "a.b"])
def test_a_wrong_name_is_answered_with_one_line(name):
    done = practice_cluster("status", name=name)
    line = f"practice-cluster: PRACTICE_CLUSTER_NAME={name}: must be a word of a-z, 0-9 and -\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", line)


def test_it_starts_from_any_folder_and_through_a_link(tmp_path):
    link = tmp_path / "link"
    link.symlink_to(PRACTICE_CLUSTER)
    for options in ([], ["-I"]):
        done = subprocess.run([sys.executable, *options, link, "--help"], cwd="/", capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), options
