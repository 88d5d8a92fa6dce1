"""A walk types a page as it is written, says what is wrong where, goes on, and leaves nothing behind."""

import os
import signal
import tempfile

import pytest

from walk.errors import WalkError

ME = os.getpid()  # the tests of other workers look for such processes, too


def test_a_true_site_is_walked_without_a_word(small, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    wrong = small.walk()
    assert len(wrong) == 7
    assert not any(wrong.values()), wrong
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_page_is_walked_with_what_it_needs(small):
    assert list(small.walk("share")) == ["index.md:9", "share.md:8", "share.md:20", "share.md:27"]


LIES = [
    ("bake.md", "800 grams", "900 grams", "bake.md:8", ["bake.md:14: $ sh weigh.sh 2", "-900 grams", "+800 grams"]),
    ("bake.md", "$ sh weigh.sh 2", "$ sh weigh.sh 3", "bake.md:8", ["+1200 grams"]),
    ("bake.md", "+GRAMS=500", "+GRAMS=501", "bake.md:22", ["the edited weigh.sh is not code/weigh.sh", "+GRAMS=501"]),
    ("bake.md", "-GRAMS=400", "-GRAMS=300", "bake.md:22", ["weigh.sh can't be edited: 0 places have the 1 lines from"]),
    ("bake.md", ":exit: 0 2", ":exit: 0 1", "bake.md:38", ["bake.md:41: $ ls no-oven", "exit code 2 instead of 1"]),
    ("bake.md", "  2000 grams", "  2000  grams", "bake.md:38", ["-2000  grams", "+2000 grams"]),
    ("share.md", "$ seq 1 9", "$ seq 1 8", "share.md:8", ["share.md:9: $ seq 1 8"]),
    ("share.md", "learner/kitchen", "learner", "share.md:8", ["-/home/learner", "+/home/learner/kitchen"]),
    ("share.md", "$ date", "$ no-such-date", "share.md:20", ["exit code 127 instead of 0"]),
    ("share.md", "$ echo $?\n1", "$ echo $?\n0", "share.md:27", ["-0", "+1"]),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "place", "said"), LIES)
def test_a_lie_is_found_where_it_stands(small, file, old, new, place, said):
    small.change(file, old, new)
    wrong = small.walk()
    text = "\n".join(wrong[place])
    for words in said:
        assert words in text
    # What does not depend on it is still right.
    assert wrong["index.md:9"] == []


def test_a_command_that_hangs_is_ended_and_the_shell_goes_on(small, running):
    small.change("index.md", "$ cd kitchen", "$ cd kitchen\n$ mkdir plates")
    hangs = ":limit: 1\n\n$ bread=rye; sleep 500 & sleep 500\n"
    small.change("share.md", "```{transcript}\n$ mkdir", f"```{{transcript}}\n{hangs}$ mkdir")
    small.change("share.md", "$ date\nSun Nov 22 12:00:00 UTC 2026", "$ test $bread = rye && echo shown\nrye")
    wrong = small.walk()
    assert "has not ended after 1 seconds" in wrong["share.md:10"][0]
    assert wrong["share.md:23"] == [] and wrong["share.md:30"] == []
    assert not running("sleep 500")


def test_a_command_that_prints_without_end_is_ended_too(small, running):
    small.change("share.md", "$ seq 1 9", "$ yes\n$ seq 1 9")
    wrong = small.walk()
    assert "prints far too much, and was killed" in wrong["share.md:8"][0]
    assert wrong["share.md:21"] == [] and wrong["share.md:28"] == []
    assert not running("yes")


def test_what_is_left_in_the_background_is_ended(small, running):
    small.change("share.md", "$ seq 1 9", "$ { sleep 501 & timeout 502 sleep 502 & } 2>/dev/null\n$ seq 1 9")
    assert not any(small.walk().values())
    assert not running("sleep 501") and not running("sleep 502")


def test_an_edit_that_is_not_written_is_noticed(small):
    small.change("bake.md", "$ sh weigh.sh 2", "$ set -o noclobber\n$ sh weigh.sh 2")
    wrong = small.walk()
    assert any("weigh.sh can't be written" in text for texts in wrong.values() for text in texts)


def test_a_command_that_ends_the_shell_is_named(small):
    small.change("share.md", "$ false\n$ echo $?\n1", "$ exit 3\n$ echo here\nhere")
    small.change("share.md", ":exit: 1 0", ":exit: 0 0")
    assert "the shell has ended here" in small.walk()["share.md:27"][0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_walk_leaves_nothing_behind(small, tmp_path, number, running, wait):
    sleep = f"sleep {700 + number}"  # both tests may run at the same time
    small.change("index.md", "$ cd kitchen", f"$ {sleep}")
    (tmp_path / "temporary").mkdir()
    process = small.start(env={"TMPDIR": str(tmp_path / "temporary")})
    wait(lambda: running(sleep))
    process.send_signal(number)
    _, err = process.communicate(timeout=600)
    assert (process.returncode, err) == (130, "walk: interrupted\n")
    assert not running(sleep)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_cluster_that_somebody_else_started_is_left_alone(small):
    cluster = small.source / "cluster"
    cluster.write_text('#!/bin/sh\necho "$1" >>"$0.log"\necho "cluster: it is up already" >&2\nexit 1\n')
    cluster.chmod(0o755)
    small.change("conf.py", "walk_for_show", 'walk_cluster = "cluster"\nwalk_for_show')
    with pytest.raises(WalkError, match=r"^cluster: it is up already$"):
        small.walk()
    assert cluster.with_name("cluster.log").read_text() == "up\n"


# A cluster that only says of one job that it failed; the accounting knows it when it is asked for the second time.
SAYS_ONE_FAILED = """#!/bin/sh
test "$1" = run || exit 0
shift
mkdir -p "$0.home" && cd "$0.home"
echo '#!/bin/sh' >sinfo; chmod +x sinfo
cat >sacct <<'END'
if test -e asked; then echo "7|FAILED|bread"; fi
echo >asked
END
cat >squeue <<'END'
case "$*" in *--states=all*) echo "7|FAILED|bread" ;; *) test -e seen || echo "7|RUNNING|short|None"; echo >seen ;; esac
END
chmod +x sacct squeue
PATH=$PWD:$PATH exec "$@"
"""


@pytest.mark.parametrize("told", ["", "7                FAILED", "bread  FAILED"])
def test_a_job_that_fails_without_a_word(small, told):
    cluster = small.source / "cluster"
    cluster.write_text(SAYS_ONE_FAILED)
    cluster.chmod(0o755)
    small.change("conf.py", "walk_for_show", 'walk_cluster = "cluster"\nwalk_for_show')
    if told:
        small.change("index.md", "$ cd kitchen", f"$ echo '{told}'\n{told}\n$ cd kitchen")
    said = [text for text in small.walk("index")["index.md:9"] if "has ended FAILED" in text]
    assert said == (
        []
        if told.startswith("7")
        else ["index.md:9: job 7 (bread) has ended FAILED, and no output on the page says so of this id"]
    )


def test_ten_walks_give_the_same_verdict(small):
    small.change("bake.md", "800 grams", "900 grams")
    first = small.walk()
    before = {path: path.read_bytes() for path in small.source.glob("*.*")}
    assert all(small.walk() == first for _ in range(9))
    assert {path: path.read_bytes() for path in small.source.glob("*.*")} == before


def said(small):
    """The exit code of a walk at the command line, and what it says on standard error."""
    process = small.start()
    _, err = process.communicate()
    return process.returncode, err


def test_a_cluster_that_does_not_end_says_why_in_its_one_line(small):
    small.cluster('down) echo "cluster: process 7 does not end" >&2; exit 1 ;;')
    assert said(small) == (2, "walk: cluster: process 7 does not end\n")


def test_an_error_at_the_end_does_not_hide_the_one_before(small):
    (small.source / "bread.zip").write_bytes(b"")
    small.change("conf.py", "walk_for_show", 'walk_bundle = "bread.zip"\nwalk_for_show')
    full = 'run) case "$*" in *bread.zip*) echo "cluster: no space" >&2; exit 1 ;; esac; shift; exec "$@" ;;'
    log = small.cluster(full + ' down) echo "cluster: process 7 does not end" >&2; exit 1 ;;')
    assert said(small) == (2, "walk: cluster: no space\nwalk: cluster: process 7 does not end\n")
    assert log.read_text().split() == ["up", "run", "run", "run", "down"]


def test_a_download_that_is_not_there_is_one_line(small):
    small.change("conf.py", "walk_for_show", 'walk_bundle = "bread.zip"\nwalk_for_show')
    assert said(small) == (2, f"walk: {small.source}/bread.zip: No such file or directory\n")


NO_SHELL = {
    "it says why": ('echo "cluster: is not up" >&2; exit 7', "cluster: is not up"),
    "it says nothing": ("exit 7", "a shell does not start"),
    "it is something else": ("echo oops; exec sleep 7611", "a shell does not start: oops"),
}


@pytest.mark.parametrize(("verb", "line"), NO_SHELL.values(), ids=NO_SHELL)
def test_a_shell_that_does_not_start_is_one_line(small, monkeypatch, verb, line):
    if "sleep" in verb:
        monkeypatch.setattr("walk.shell.START", 2)
    log = small.cluster(f"run) {verb} ;;")
    with pytest.raises(WalkError) as wrong:
        small.walk()
    assert str(wrong.value) == line
    assert log.read_text().split() == ["up", "run", "down"]


def test_a_machine_without_bash(small, monkeypatch):
    small.collect()
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(WalkError, match=r"^bash: No such file or directory$"):
        small.walk()


def test_where_no_new_shell_starts_the_rest_is_not_walked(small):
    gone = 'test -e ended && echo "cluster: is gone" && exit 1; test -e two && touch ended; touch two'
    small.cluster(f'run) {gone}; shift; exec "$@" ;;')
    small.change("index.md", "$ cd kitchen", "$ exit 3")
    wrong = small.walk()
    first = wrong.pop("index.md:9")
    assert first == ["index.md:9: the shell has ended here", "index.md:10: cluster: is gone"]
    for place, texts in wrong.items():
        assert texts == [f"{place}: not walked, because the walk could not go on at index.md:10"]


def test_a_page_that_ends_the_shell_of_the_walk_keeps_its_own(small):
    small.cluster('run) test -e helper || echo $$ >helper; shift; exec "$@" ;;')
    small.change(
        "index.md", "$ cd kitchen", "$ cd kitchen; bread=rye; kill -KILL $(cat /proc/$(cat ../helper)/task/*/children)"
    )
    small.change("share.md", "$ date\nSun Nov 22 12:00:00 UTC 2026", "$ test $bread = rye && echo shown\nrye")
    wrong = small.walk("share")
    assert wrong["index.md:9"] == [] and wrong["share.md:20"] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_walk_that_is_killed_leaves_no_cluster(small, number, running, wait):
    log = small.cluster("down) echo ended >>cluster ;;")
    small.change("index.md", "$ cd kitchen", f"$ sleep 7319.{ME}")
    process = small.start()
    wait(lambda: running(f"sleep 7319.{ME}"))
    process.send_signal(number)
    process.communicate(timeout=600)
    wait(lambda: log.read_text().split()[-1] == "down")
    wait(lambda: not running(f"sleep 7319.{ME}"))
