"""The blocks of the pages are items of pytest: each is named, and whatever ends a run leaves nothing behind."""

import os
import re
import signal

import pytest

ME = os.getpid()  # the tests of other workers look for such processes, too
ALL = ["index.md", "bake.md", "share.md"]
NAMES = [
    "index.md::9 transcript",
    "bake.md::3 included file",
    "bake.md::8 transcript",
    "bake.md::22 edit",
    "bake.md::38 transcript",
    "bake.md::47 excerpt",
    "bake.md::55 for show",
    "share.md::8 transcript",
    "share.md::20 transcript",
    "share.md::27 transcript",
]


def test_a_site_that_is_not_built_is_one_line(small):
    code, said = small.run("index.md", build=False)
    assert code == pytest.ExitCode.USAGE_ERROR
    [line] = said.strip().splitlines()
    missing = f"{small.doctrees}/environment.pickle is missing"
    assert line == f"ERROR: the site is not built: {missing}; `make html` makes it"


def test_doctrees_may_lie_elsewhere(small):
    small.build()
    small.doctrees.rename(small.source / "elsewhere")
    assert small.run("index.md", build=False)[0] == pytest.ExitCode.USAGE_ERROR
    code, said = small.run("--doctrees", "elsewhere", "index.md", build=False)
    assert code == 0 and "1 passed" in said


@pytest.mark.parametrize("pages", [["."], ["share.md", "bake.md", "index.md"]])
def test_each_block_is_an_item_in_the_order_of_a_learner(small, pages):
    code, said = small.run("--collect-only", "-q", *pages)
    assert code == 0
    assert said.splitlines()[: len(NAMES) + 1] == [*NAMES, ""]
    assert "included file: 1, excerpt: 1, difference: 0, transcript: 6, edit: 1, for show: 1" in said.splitlines()


def test_a_true_site_is_green(small):
    code, said = small.run(*ALL)
    assert code == 0 and "10 passed" in said


def test_outputs_of_no_walk_are_not_written_in_silence(small):
    code, said = small.run("--update-outputs", ".", walk=False, build=False)
    assert code == pytest.ExitCode.USAGE_ERROR
    assert said.strip() == "ERROR: --update-outputs writes what a walk got: add --walk"


def test_without_the_option_nothing_is_collected(small):
    code, said = small.run(".", walk=False, build=False)
    assert code == pytest.ExitCode.NO_TESTS_COLLECTED and "no tests ran" in said
    assert "transcript" not in said


@pytest.mark.parametrize("cluster", [False, True])
def test_what_has_no_kind_and_what_nothing_runs_are_red_without_a_cluster(small, cluster):
    if cluster:
        small.cluster("down) ;;")
    (small.source / "code/idle.sh").write_text("true\n")
    small.change("bake.md", "# Bake\n", "# Bake\n\n```{literalinclude} code/idle.sh\n```\n\n```python\n1\n```\n")
    code, said = small.run("-m", "not cluster", *ALL)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert re.search(r"^FAILED bake\.md::3 included file", said, re.MULTILINE)
    assert re.search(r"^FAILED bake\.md::\d+ no kind", said, re.MULTILINE)
    assert "\nbake.md:3: no transcript and no test runs code/idle.sh\n" in said
    assert re.search(r"^bake\.md:[67]: a block of no kind: make it a transcript", said, re.MULTILINE)
    walked = 0 if cluster else 7
    assert f"2 failed, {walked + 3} passed" in said
    assert ("7 deselected" in said) == cluster
    assert not (small.source / "cluster.log").exists()


def test_what_is_wrong_on_a_page_that_is_needed_is_told_by_the_first_item(small):
    small.change("index.md", "$ cd kitchen", "$ cd kitchen; false")
    code, said = small.run("share.md")
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "FAILED share.md::8 transcript" in said and "1 failed, 2 passed" in said
    assert "index.md:10: $ cd kitchen; false\nexit code 1 instead of 0" in said and "Traceback" not in said


def test_where_no_session_begins_each_item_says_why(small):
    log = small.cluster('up) echo "cluster: no space" >&2; exit 1 ;;')
    code, said = small.run(*ALL)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert said.count("\ncluster: no space\n") == 7 and "7 failed, 3 passed" in said
    assert log.read_text().split().count("up") == 1
    assert "Traceback" not in said


def test_what_is_left_behind_is_an_error_after_the_last_item(small):
    small.cluster('down) echo "cluster: a node is left" >&2; exit 1 ;;')
    code, said = small.run(*ALL)
    assert code == pytest.ExitCode.TESTS_FAILED and " 1 error in " in said
    assert "\ncluster: a node is left\n" in said
    assert "Traceback" not in said and ".py:" not in said


ENDS = {"-x": None, "SIGINT": signal.SIGINT, "SIGTERM": signal.SIGTERM}


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("cluster", [False, True])
def test_whatever_ends_a_run_leaves_nothing(small, tmp_path, running, wait, cluster, how):
    sleep = f"sleep 79{cluster:d}{list(ENDS).index(how)}.{ME}"
    log = small.cluster("down) ;;") if cluster else None
    (tmp_path / "temporary").mkdir()
    started = f"$ ({sleep} &)\n" + ("$ false" if how == "-x" else f"$ {sleep}1")
    small.change("index.md", "$ cd kitchen", started)
    process = small.start("-x", *ALL, env={"TMPDIR": str(tmp_path / "temporary")})
    if how != "-x":
        wait(lambda: running(sleep) and running(f"{sleep}1"))
        process.send_signal(ENDS[how])
    out, err = process.communicate(timeout=600)
    wanted = pytest.ExitCode.TESTS_FAILED if how == "-x" else pytest.ExitCode.INTERRUPTED
    assert process.returncode == wanted, out + err
    assert log is None or log.read_text().split() == ["up", "run", "run", "down"]
    assert not running(sleep) and not running(f"{sleep}1")
    assert list((tmp_path / "temporary").iterdir()) == []


def texts(small):
    return {path.name: path.read_text(encoding="utf-8") for path in small.source.glob("*.md")}


def test_outputs_are_written_after_the_last_item(small):
    right = texts(small)
    small.change("bake.md", "800 grams", "900 grams")
    small.change("share.md", "9\n$ pwd", "10\n$ pwd")
    code, said = small.run("--update-outputs", *ALL)
    assert code == 0 and "10 passed" in said
    assert "recorded: bake.md:8\nrecorded: share.md:8\n" in said
    assert texts(small) == right
    code, said = small.run("--update-outputs", *ALL)
    assert code == 0 and "nothing has changed" in said
    assert texts(small) == right


def test_what_went_wrong_besides_is_red_and_nothing_is_written(small):
    small.change("bake.md", "800 grams", "900 grams")
    small.change("share.md", "$ date", "$ no-such-date")
    before = texts(small)
    code, said = small.run("--update-outputs", *ALL)
    assert code == pytest.ExitCode.TESTS_FAILED and "FAILED share.md::20 transcript" in said
    assert "nothing is written, because not only outputs are wrong: share.md:20" in said
    assert "Traceback" not in said and ".py:" not in said
    assert texts(small) == before


@pytest.mark.parametrize("some", [["bake.md"], [*ALL, "-k", "not edit"], [*ALL, "--deselect", "bake.md::22 edit"]])
def test_outputs_of_some_blocks_alone_are_not_written(small, some):
    small.change("bake.md", "800 grams", "900 grams")
    before = texts(small)
    code, said = small.run("--update-outputs", *some)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "--update-outputs walks all blocks of all pages: without some, jobs would have other ids" in said
    assert "Traceback" not in said and ".py:" not in said
    assert texts(small) == before


def test_outputs_are_not_written_by_several_processes(small):
    code, said = small.run("--update-outputs", "-p", "xdist", "-n", "2", *ALL)
    assert code == pytest.ExitCode.USAGE_ERROR
    assert said == "ERROR: --update-outputs needs one process: leave out -n\n\n"


def version(small, number):
    """Walk on a cluster that has this Slurm, of whose version somebody keeps count in the file `asked`."""
    answer = f"test $1 = --version && echo slurm-wlm {number} && echo $1 >>$HOME/asked"
    small.cluster(f"""run) printf '#!/bin/sh\n{answer}\n' >sinfo; export HOME=$PWD; shift; exec "$@" ;;""")
    return small.source / "cluster.home/asked"


def two_versions(small, old="old", new="new"):
    """Let a page end with two blocks, each for the versions that the other is not for."""
    blocks = [f"```{{transcript}}\n:slurm: {slurm}\n\n$ echo {word}; touch {word}\n{shown}\n```\n"
              for slurm, word, shown in (("-23.11", "old", old), ("24.11-", "new", new))]  # fmt: skip
    text = (small.source / "index.md").read_text(encoding="utf-8")
    (small.source / "index.md").write_text("\n".join([text, *blocks]), encoding="utf-8")


@pytest.mark.parametrize(("number", "typed", "not_typed"), [("22.05.8", "old", "new"), ("24.11.5", "new", "old")])
def test_a_block_for_another_version_is_skipped_and_says_why(small, number, typed, not_typed):
    two_versions(small)
    asked = version(small, number)
    code, said = small.run("-rs", "index.md")
    assert code == 0 and "2 passed, 1 skipped" in said
    words = {"old": "23.11 and earlier", "new": "24.11 and later"}[not_typed]
    assert re.search(rf"^SKIPPED .*index\.md:\d+: for Slurm {words}; here is Slurm {number[:5]}$", said, re.MULTILINE)
    assert asked.read_text() == "--version\n"
    kitchen = small.source / "cluster.home/kitchen"
    assert (kitchen / typed).exists() and not (kitchen / not_typed).exists()


@pytest.mark.parametrize(("number", "code", "said"), [("22.05.8", 0, "2 passed, 1 skipped"), ("26.05.5", 1, "+new")])
def test_a_lie_about_a_version_is_found_there_and_only_there(small, number, code, said):
    two_versions(small, new="a lie")
    version(small, number)
    result = small.run("index.md")
    assert result[0] == code and said in result[1]


def test_without_a_cluster_no_version_is_the_right_one(small):
    two_versions(small)
    code, said = small.run("-rs", "index.md")
    assert code == 0 and "1 passed, 2 skipped" in said and said.count("; here is no Slurm") == 2


def test_a_cluster_that_does_not_say_its_version_is_one_line(small):
    two_versions(small)
    version(small, "unknown")
    code, said = small.run("index.md")
    assert code == pytest.ExitCode.TESTS_FAILED and "Traceback" not in said
    assert "`sinfo --version` names no version of Slurm:\nslurm-wlm unknown" in said


def test_the_output_for_another_version_stays_as_it_is(small):
    two_versions(small, old="a lie", new="another one")
    version(small, "22.05.8")
    code, said = small.run("--update-outputs", *ALL)
    assert code == 0 and "1 skipped" in said and "recorded: " in said
    text = texts(small)["index.md"]
    assert "touch old\nold\n" in text and "touch new\nanother one\n" in text
