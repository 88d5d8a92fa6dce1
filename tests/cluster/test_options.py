"""A wrong call of the practice cluster gets one line and starts nothing."""

import subprocess
import sys

import pytest
from practice import PRACTICE_CLUSTER, name_of, practice_cluster


def call(*arguments):
    """Call the practice cluster; none of these starts one."""
    return practice_cluster(*arguments, name=name_of("options"))


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--nodes", "0", "must be a whole number from 1 to 64, not 0"),
        ("--nodes", "four", "must be a whole number from 1 to 64, not four"),
        ("--cpus", "-1", "must be a whole number from 1 to 256, not -1"),
        ("--memory", "4G", "must be a whole number from 512 to 10000000, not 4G"),
        ("--max-array-size", "1", "must be a whole number from 2 to 4000001, not 1"),
        ("--partitions", "a,,b", "must be names with commas between them, not a,,b"),
        ("--partitions", "a b", "must be names with commas between them, not a b"),
        ("--partitions", "a,A", "a name must not come twice, nor be `default`, as in a,A"),
        ("--partitions", "Default", "a name must not come twice, nor be `default`, as in Default"),
        ("--account", "lesson", "must be a name of a-z, 0-9, _ and -, and not lesson or root: lesson"),
        ("--account", "My;Lab", "must be a name of a-z, 0-9, _ and -, and not lesson or root: My;Lab"),
        ("--release", "buster", "must be one of trixie, bookworm, forky, not buster"),
        ("--home", "", "is empty: name a folder"),
        ("--home", "/no/folder", "/no/folder: No such file or directory"),
        ("--home", "/etc/passwd", "/etc/passwd: Not a directory"),
        ("--home", "/", "/ must belong to an ordinary user, because jobs run as its owner"),
    ],
)
def test_a_wrong_value_is_answered_with_one_line(option, value, why):
    done = call("up", option, value)
    line = f"practice-cluster: argument {option}: {why}; `practice-cluster up --help` lists what there is\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", line)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "required: VERB"),
        (["run"], "required: COMMAND"),
        (["run", "--"], "required: COMMAND"),
        (["image"], "required: CODE_DIR"),
        (["start"], "'start' (choose from 'up', 'status', 'repair', 'shell', 'run', 'image', 'down')"),
        (["up", "--node=4", "x"], "unrecognized arguments: x"),
        (["up", "--nodes"], "--nodes: expected one argument"),
        (["down", "now"], "unrecognized arguments: now"),
    ],
)
def test_a_wrong_word_is_answered_with_one_line(arguments, named):
    done = call(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("practice-cluster: ") and "--help` lists what there is" in done.stderr
    assert named.replace("'", "") in done.stderr.replace("'", "")  # newer Pythons have no quotes there


def test_help():
    done = call("--help")
    assert done.returncode == 0
    for word in (
        "up",
        "status",
        "repair",
        "shell",
        "run",
        "image",
        "down",
        "PRACTICE_CLUSTER_NAME",
        "--nodes",
        "--home",
    ):
        assert word in done.stdout
    of_up = call("up", "--help")
    assert (of_up.returncode, of_up.stderr) == (0, "")
    for default in ("4", "2", "4000", "1001", "short,long"):
        assert f"(default: {default})" in " ".join(of_up.stdout.split())


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


def test_an_older_python_is_named():
    old = "import runpy, sys; sys.version, sys.version_info = '3.10.4 (main)', (3, 10, 4); runpy.run_path(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", old, PRACTICE_CLUSTER, "up"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "practice-cluster: needs Python 3.11 or newer, and this is 3.10.4\n"
