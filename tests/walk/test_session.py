"""A walk types a page as it is written, says what is wrong where, goes on, and leaves nothing behind."""

import os
import shutil
import signal
import tempfile

import pytest

from walk.environments import environment_of
from walk.errors import WalkError
from walk.model import Transcript
from walk.session import Session
from walk.update import update

ME = os.getpid()  # the tests of other workers look for such processes, too


def test_a_true_site_is_walked_without_a_word(small, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    wrong = small.walk()
    assert len(wrong) == 7
    assert not any(wrong.values()), wrong
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_page_is_walked_with_what_it_needs(small):
    assert list(small.walk("share")) == ["index.md:9", "share.md:8", "share.md:20", "share.md:27"]


def test_a_session_types_what_a_page_needs_and_each_block_once(small):
    found = small.collect()
    last, pages = found.of(Transcript)[-1], []
    with Session(found, environment_of(found)) as session:
        for block in (last, last, found.walked[-2], *found.walked):
            pages.append([outcome.block.page for outcome in session.up_to(block)])
    assert pages[:3] == [["index", "share", "share", "share"], [], []]
    assert [page for new in pages[3:] for page in new] == ["bake", "bake", "bake"]


LIES = [
    ("bake.md", "800 grams", "900 grams", "bake.md:8", ["bake.md:14: $ sh weigh.sh 2", "-900 grams", "+800 grams"]),
    ("bake.md", "$ sh weigh.sh 2", "$ sh weigh.sh 3", "bake.md:8", ["+1200 grams"]),
    ("bake.md", "+GRAMS=500", "+GRAMS=501", "bake.md:22", ["the edited weigh.sh is not code/weigh.sh", "+GRAMS=501"]),
    ("bake.md", "-GRAMS=400", "-GRAMS=300", "bake.md:22", ["weigh.sh can't be edited: 0 places have the 1 lines from"]),
    ("bake.md", ":exit: 0 2", ":exit: 0 1", "bake.md:38", ["bake.md:41: $ ls no-oven", "exit code 2 instead of 1"]),
    ("bake.md", "  2000 grams", "  2000  grams", "bake.md:38", ["-2000  grams", "+2000 grams"]),
    ("share.md", "$ seq 1 9", "$ seq 1 8", "share.md:8", ["share.md:9: $ seq 1 8"]),
    ("share.md", "learner/kitchen", "learner", "share.md:8", ["-/home/learner", "+/home/learner/kitchen"]),
    ("share.md", "Sun Nov 22 12:00:00 UTC 2026", "the date", "share.md:20", ["no word that is shown", "-the date"]),
    ("share.md", "$ date", "$ no-such-date", "share.md:20", ["exit code 127 instead of 0"]),
    ("share.md", "$ echo $?\n1", "$ echo $?\n0", "share.md:27", ["-0", "+1"]),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "location", "said"), LIES)
def test_a_lie_is_found_where_it_stands(small, file, old, new, location, said):
    small.change(file, old, new)
    wrong = small.walk()
    text = "\n".join(wrong[location])
    for words in said:
        assert words in text
    # What does not depend on it is still right.
    assert wrong["index.md:9"] == []


def test_a_command_that_hangs_is_ended_and_the_shell_goes_on(small, running):
    small.change("index.md", "$ cd kitchen", "$ cd kitchen\n$ mkdir plates")
    hangs = ":limit: 1\n\n$ bread=rye; sleep 500 & sleep 500\n"
    small.change("share.md", "```{transcript}\n$ mkdir", f"```{{transcript}}\n{hangs}$ mkdir")
    small.change("share.md", "$ date\nSun Nov 22 12:00:00 UTC 2026", "$ test $bread = rye && echo rye\nrye")
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


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_result_that_cannot_be_read_is_one_line_and_nothing_is_recorded(small, content):
    (small.source / "result.sh").write_bytes(content or b"")
    small.change("bake.md", ":result: code/weigh.sh", ":result: result.sh")
    small.change("bake.md", "800 grams of flour", "nothing")
    small.build()
    (small.source / "result.sh").unlink()
    if content:
        (small.source / "result.sh").write_bytes(content)
    before = (small.source / "bake.md").read_bytes()
    code, said = small.run("--update-outputs", ".", build=False)
    assert code == pytest.ExitCode.TESTS_FAILED and "Traceback" not in said
    assert "\nbake.md:22: result.sh can't be read: " in said
    assert "nothing is written, because not only outputs are wrong: bake.md:22\n" in said
    assert (small.source / "bake.md").read_bytes() == before


def test_a_block_at_which_the_walk_itself_fails_is_not_recorded(small, monkeypatch):
    small.change("bake.md", "800 grams of flour", "nothing")
    site = small.collect()
    monkeypatch.setattr(Session, "_edit", lambda *_: 1 / 0)
    with Session(site, environment_of(site)) as session:
        with pytest.raises(ZeroDivisionError):
            list(session)
        list(session)
    assert [outcome.block for outcome in session.outcomes] == site.walked
    with pytest.raises(WalkError, match=r"^nothing is written, because not only outputs are wrong: bake\.md:22$"):
        update(site, session.outcomes)


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
    out, _ = process.communicate(timeout=600)
    assert process.returncode == pytest.ExitCode.INTERRUPTED and "KeyboardInterrupt" in out
    assert not running(sleep)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_cluster_that_somebody_else_started_is_left_alone(small):
    log = small.script('#!/bin/sh\necho "$1" >>"$0.log"\necho "cluster: it is up already" >&2\nexit 1\n')
    with pytest.raises(WalkError, match=r"^cluster: it is up already$"):
        small.walk()
    assert log.read_text() == "up\n"


# A cluster that only says what became of jobs; the accounting knows it when it is asked for the second time.
SAYS_FAILED = """#!/bin/sh
test "$1" = run || exit 0
shift
mkdir -p "$0.home" && cd "$0.home"
echo '#!/bin/sh' >sinfo; chmod +x sinfo
cat >sacct <<'END'
if test -e asked; then printf 'JOBS'; fi
echo >asked
END
cat >squeue <<'END'
case "$*" in *--states=all*) printf 'JOBS' ;; *) test -e seen || echo "7|RUNNING|short|None"; echo >seen ;; esac
END
chmod +x sacct squeue
PATH=$PWD:$PATH exec "$@"
"""
TASK_0 = "7_0              FAILED      1:0"
TASK_3 = "7_3              FAILED      1:0"
WORDS = {  # what the output is, what the page shows of it, and the options; and which of two failed tasks are told
    "nothing": ("", "", "", ""),
    "one task": (TASK_3, TASK_3, "", "7_3"),
    "both": (f"{TASK_0}\n{TASK_3}", f"{TASK_0}\n{TASK_3}", "", "7_0 7_3"),
    "the array": ("7                FAILED      1:0", "7                FAILED      1:0", "", ""),
    "the name": ("bread  FAILED", "bread  FAILED", "", ""),
    "hidden": (f"{TASK_0}\n{TASK_3}", f"...\n{TASK_3}", "", "7_3"),
    "only shown": (f"{TASK_0}\n{TASK_3}", f"{TASK_0}\n{TASK_3}", ":output: shown\n\n", ""),
}


@pytest.mark.parametrize(("printed", "shown", "options", "told"), WORDS.values(), ids=WORDS)
def test_a_line_that_the_page_shows_excuses_its_own_job_and_no_other(small, printed, shown, options, told):
    small.script(SAYS_FAILED.replace("JOBS", r"7_0|FAILED|bread\n7_3|FAILED|bread\n"))
    lines = f"$ cat said\n{shown}\n" if shown else "$ cat said\n"
    there = f"$ mkdir -p kitchen\n$ printf '%s' >said {' '.join(map(repr, printed.split(chr(10))))}\n{lines}"
    text = there.replace("'%s'", r"'%s\n'" if printed else "''")
    small.change("index.md", "$ mkdir -p kitchen\n", options + text)
    [(location, wrong)] = small.walk("index").items()
    said = [text for text in wrong if "has ended" in text]
    assert wrong == said
    assert said == [
        f"{location}: job {job} (bread) has ended FAILED, and no output on the page says so of this id"
        for job in ("7_0", "7_3")
        if job not in told
    ]


def test_an_output_that_differs_tells_of_its_jobs_itself(small):
    """Else nothing of it could be recorded: what becomes of a job would be wrong besides the output."""
    small.script(SAYS_FAILED.replace("JOBS", r"7_0|FAILED|bread\n"))
    fine = TASK_0.replace("   FAILED", "COMPLETED")
    small.change("index.md", "$ mkdir -p kitchen\n", f"$ mkdir -p kitchen\n$ echo '{TASK_0}'\n{fine}\n")
    [[wrong]] = small.walk("index").values()
    assert f"-{fine}\n+{TASK_0}" in wrong


def test_a_page_that_ends_with_a_block_for_another_version_is_looked_back_at(small):
    text = SAYS_FAILED.replace("JOBS", r"7|FAILED|bread\n")
    small.script(text.replace("echo '#!/bin/sh' >sinfo", "printf '#!/bin/sh\\necho slurm 22.05.8' >sinfo"))
    block = "\n```{transcript}\n:slurm: 24.11-\n\n$ echo new\n```\n"
    page = small.source / "index.md"
    page.write_text(page.read_text(encoding="utf-8") + block, encoding="utf-8")
    [first, last] = small.walk("index").items()
    assert first[1] == []
    assert last[1] == [f"{last[0]}: job 7 (bread) has ended FAILED, and no output on the page says so of this id"]
    code, said = small.run("index.md")
    assert code == pytest.ExitCode.TESTS_FAILED and "1 failed, 1 passed" in said


@pytest.mark.parametrize("word", ["sbatch me.sh", "squeue"])
@pytest.mark.parametrize(
    "written", ["cat >job.sh <<'END'\n{}\nEND", "printf '\n{}' >job.sh", 'echo "me; {}"', "echo \\\n{}", "ls # | {}"]
)
def test_what_only_looks_like_a_command_is_none(small, written, word):
    """Nobody waits for jobs before `sbatch`; a script that is written while jobs run would be raced by them."""
    busy = 'case "$*" in *--states=all*) ;; *) test -e ended || echo "7|RUNNING|short|None" ;; esac'
    ends = "echo touch ended >scancel"
    small.cluster(f"run) {ends}; cat >squeue <<'END'\n#!/bin/sh\ncd $(dirname $0)\n{busy}\nEND\nshift; exec \"$@\" ;;")
    typed = f"$ {written.format(word)}\n"
    small.change("index.md", "```{transcript}\n", f"```{{transcript}}\n:limit: 1\n\n{typed}")
    first = small.walk("index")["index.md:11"][0]
    assert first.startswith(f"index.md:11: {typed}") and "jobs still wait or run after 1 seconds" in first


@pytest.mark.parametrize("number", [5_000, 200_000])
def test_a_long_file_can_be_edited(small, number):
    """A terminal takes lines of 4096 bytes at most."""
    more = f"$ {{ printf '#'; head -c {number} /dev/zero | tr '\\0' x; echo; }} >>weigh.sh\n"
    small.change("bake.md", "END\n$ sh", f"END\n{more}$ sh")
    small.change("bake.md", ":result: code/weigh.sh\n", "")
    small.change("bake.md", "  :exit: 0 2\n\n", f"  :exit: 0 0 2\n\n  $ tail -n 1 weigh.sh | wc -c\n  {number + 2}\n")
    wrong = small.walk("bake")
    assert len(wrong) == 4 and not any(wrong.values()), wrong


def test_ten_walks_give_the_same_verdict(small):
    small.change("bake.md", "800 grams", "900 grams")
    first = small.walk()
    before = {path: path.read_bytes() for path in small.source.glob("*.*")}
    assert all(small.walk() == first for _ in range(9))
    assert {path: path.read_bytes() for path in small.source.glob("*.*")} == before


def test_a_cluster_that_does_not_end_says_why_in_its_one_line(small):
    small.cluster('down) echo "cluster: process 7 does not end" >&2; exit 1 ;;')
    code, said = small.run("share.md")
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "1 error" in said and "cluster: process 7 does not end\n" in said
    code, said = small.run("-x", "share.md")
    assert code == pytest.ExitCode.TESTS_FAILED and "cluster: process 7 does not end\n" in said


def test_an_error_at_the_end_does_not_hide_the_one_before(small):
    (small.source / "bread.zip").write_bytes(b"")
    small.change("conf.py", "walk_for_show", 'walk_bundle = "bread.zip"\nwalk_for_show')
    full = 'run) case "$*" in *bread.zip*) echo "cluster: no space" >&2; exit 1 ;; esac; shift; exec "$@" ;;'
    log = small.cluster(full + ' down) echo "cluster: process 7 does not end" >&2; exit 1 ;;')
    code, said = small.run("index.md")
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "\ncluster: no space\ncluster: process 7 does not end\n" in said and "Traceback" not in said
    assert log.read_text().split() == ["up", "run", "run", "run", "down"]


def test_a_download_that_is_not_there_is_one_line(small):
    small.change("conf.py", "walk_for_show", 'walk_bundle = "bread.zip"\nwalk_for_show')
    code, said = small.run("index.md")
    assert code == pytest.ExitCode.TESTS_FAILED
    assert f"\n{small.source}/bread.zip: No such file or directory\n" in said and "Traceback" not in said


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


def test_a_machine_without_bash(small, tmp_path, monkeypatch):
    small.collect()
    for name in ("sh", "rm"):
        (tmp_path / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WalkError, match=r"^bash: No such file or directory$"):
        small.walk()


def test_where_no_new_shell_starts_the_rest_is_not_walked(small):
    gone = 'test -e ended && echo "cluster: is gone" && exit 1; test -e two && touch ended; touch two'
    small.cluster(f'run) {gone}; shift; exec "$@" ;;')
    small.change("index.md", "$ cd kitchen", "$ exit 3")
    wrong = small.walk()
    first = wrong.pop("index.md:9")
    assert first == ["index.md:9: the shell has ended here", "index.md:10: cluster: is gone"]
    for location, texts in wrong.items():
        assert texts == [f"{location}: not walked, because the walk could not go on at index.md:10"]


def test_a_page_that_ends_the_shell_of_the_walk_keeps_its_own(small):
    small.cluster('run) test -e helper || echo $$ >helper; shift; exec "$@" ;;')
    small.change(
        "index.md", "$ cd kitchen", "$ cd kitchen; bread=rye; kill -KILL $(cat /proc/$(cat ../helper)/task/*/children)"
    )
    small.change("share.md", "$ date\nSun Nov 22 12:00:00 UTC 2026", "$ test $bread = rye && echo rye\nrye")
    wrong = small.walk("share")
    assert wrong["index.md:9"] == [] and wrong["share.md:20"] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("ends", ["exec", "trap '' TERM;"], ids=["it can end", "it is up already"])
def test_a_walk_that_is_killed_while_the_cluster_starts_leaves_none(small, number, ends, running, wait):
    sleep = f"sleep 3.{ME}" if "trap" in ends else f"sleep 7320.{ME}"
    log = small.cluster(f"up) {ends} {sleep} ;;\ndown) echo ended >>cluster ;;")
    process = small.start("index.md")
    wait(lambda: running(sleep))
    process.send_signal(number)
    process.communicate(timeout=600)
    wait(lambda: log.read_text().split()[-1] == "down")
    wait(lambda: not running(sleep))
    assert log.read_text().split() == ["up", "down"]


def test_a_walk_that_is_killed_leaves_no_folder(small, tmp_path, running, wait):
    small.change("index.md", "$ cd kitchen", f"$ sleep 7321.{ME}")
    folder = tmp_path / "temporary"
    folder.mkdir()
    process = small.start("index.md", env={"TMPDIR": str(folder)})
    wait(lambda: running(f"sleep 7321.{ME}"))
    assert list(folder.iterdir()) != []
    process.kill()
    process.communicate(timeout=600)
    wait(lambda: not running(f"sleep 7321.{ME}") and list(folder.iterdir()) == [])


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
