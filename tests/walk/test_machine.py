"""What is typed on the machine itself is typed beside the walk's cluster, and what it starts there is ended."""

import os
import signal

import pytest

from walk.environments import environment_of
from walk.errors import WalkError
from walk.session import Session
from walk.update import update

ME = os.getpid()  # the tests of other workers look for such processes, too
PAGE = """\
# The oven

```{transcript}
:where: machine

$ sudo ls index.md
index.md
$ temperature=220
```

```{transcript}
$ test -z "$temperature" && pwd
/home/learner
```

```{transcript}
:where: machine
:exit: 0 3

$ echo $temperature; ls code
220
weigh.sh
$ (exit 3)
```

```{transcript}
:where: machine

$ echo $? $(ls index.md)
3 index.md
```
"""
NOTES = 'up|down) echo "$1 $PRACTICE_CLUSTER_NAME" >>"$0.names" ;;'


@pytest.fixture
def oven(small):
    """The small site with a page that is typed on the machine; `oven(old, new)` changes it."""

    def change(old: str = "", new: str = "") -> None:
        text = PAGE.replace(old, new) if old else PAGE
        assert not old or text != PAGE
        (small.source / "oven.md").write_text(f"---\nneeds: index\n---\n{text}", encoding="utf-8")

    change()
    small.change("index.md", "share\n```", "share\noven\n```")
    small.change("index.md", "$ cd kitchen", "$ true")
    return change


def test_it_is_typed_in_the_folder_of_the_source_in_a_shell_that_stays(small, oven):
    wrong = small.walk("oven")
    assert len(wrong) == 5 and not any(wrong.values()), wrong


def test_a_lie_is_found_and_recorded(small, oven):
    right = (small.source / "oven.md").read_text()
    oven("index.md\n$ temp", "no.md\n$ temp")
    wrong = small.walk("oven")
    assert "-no.md\n+index.md" in wrong["oven.md:9"][0]
    assert update(small.site, small.outcomes) == ["oven.md:9"]
    assert (small.source / "oven.md").read_text() == right


def test_another_page_has_another_shell(small, oven):
    (small.source / "grill.md").write_text(
        "---\nneeds: oven\n---\n# The grill\n\n```{transcript}\n:where: machine\n\n$ echo $temperature\n\n```\n"
    )
    small.change("index.md", "oven\n```", "oven\ngrill\n```")
    wrong = small.walk("grill")
    assert len(wrong) == 6 and not any(wrong.values()), wrong


def test_what_ends_the_shell_or_hangs_there_is_named_and_the_walk_goes_on(small, oven, running):
    oven("$ temperature=220", f"$ (setsid sleep 7701.{ME} &) ; exit")
    wrong = small.walk("oven")
    assert "the shell has ended here" in wrong["oven.md:9"][0]
    assert "-220" in wrong["oven.md:23"][0] and wrong["oven.md:15"] == wrong["oven.md:32"] == []
    hangs = f"$ temperature=220; (setsid sleep 7702.{ME} &); sleep 7703.{ME}"
    oven(":where: machine\n\n$ sudo", f":where: machine\n:limit: 1\n\n{hangs}\n$ sudo")
    wrong = small.walk("oven")
    assert "has not ended after 1 seconds" in wrong["oven.md:10"][0]
    assert not any(texts for place, texts in wrong.items() if place != "oven.md:10")
    assert not any(running(f"sleep {number}.{ME}") for number in (7701, 7702, 7703))


def names(small):
    """The verbs that the cluster was asked, each with the cluster that was meant."""
    return [tuple(line.split()) for line in (small.source / "cluster.names").read_text().splitlines()]


def test_a_cluster_there_is_another_one_and_is_ended(small, oven):
    small.cluster(NOTES)
    oven("$ sudo ls index.md", "$ sudo $PWD/cluster up; sudo ls index.md")
    wrong = small.walk("oven")
    walk = f"walk-{os.getpid()}"
    there = f"{walk}-machine"
    assert names(small) == [("up", walk), ("up", there), ("down", there), ("down", walk)]
    assert not any(texts for place, texts in wrong.items() if place != "oven.md:15"), wrong  # the home is another one


def test_the_name_of_a_walk_can_be_chosen(small, oven):
    small.cluster(NOTES)
    found = small.collect()
    with Session(found, environment_of(found, name="bread"), ["oven"]) as journey:
        list(journey)
    assert names(small) == [("up", "bread"), ("down", "bread-machine"), ("down", "bread")]


def test_no_job_of_the_learner_is_waited_for_there(small, oven):
    busy = 'echo \'case "$*" in *--states=all*) ;; *) echo "7|RUNNING|short|None" ;; esac\' >squeue'
    small.cluster(f'run) {busy}; echo "echo \'short|n1|mixed\'" >sinfo; shift; exec "$@" ;;')
    found = small.collect()
    with Session(found, environment_of(found), ["oven"]) as journey:
        first = next(iter(journey))
    assert first.wrong == [] and first.block.location == "oven.md:9"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_walk_that_is_interrupted_there_leaves_nothing(small, oven, number, running, wait):
    small.cluster(NOTES)
    oven("$ temperature=220", f"$ sudo $PWD/cluster up; (setsid sleep 7704.{ME} &); sleep 7705.{ME}")
    process = small.start()
    wait(lambda: running(f"sleep 7704.{ME}") and running(f"sleep 7705.{ME}"))
    process.send_signal(number)
    process.communicate(timeout=600)
    walk = f"walk-{process.pid}"
    wait(lambda: {("down", walk), ("down", f"{walk}-machine")} <= set(names(small)))
    wait(lambda: not running(f"sleep 7704.{ME}") and not running(f"sleep 7705.{ME}"))


RULES = [
    ('[("seconds", "it is hot", r"[0-9]+ s")]', ""),
    ('[("seconds", "it is hot")]', "walk_rules: ('seconds', 'it is hot') is not a name, a reason and a pattern"),
    ('[("seconds", "", "s")]', "walk_rules: ('seconds', '', 's') is not a name, a reason and a pattern"),
    ("[7]", "walk_rules: 7 is not a name, a reason and a pattern"),
    ('[("seconds", "it is hot", "[")]', "walk_rules: the pattern of 'seconds' can't be read: "),
    ('[("seconds", "it is hot", "s*")]', "walk_rules: the pattern of 'seconds' matches where nothing is"),
    ('[("moment", "it is hot", "s")]', "walk_rules: there are two rules 'moment'"),
    ('[("a", "b", "c"), ("a", "b", "c")]', "walk_rules: there are two rules 'a'"),
]


@pytest.mark.parametrize(("rules", "error"), RULES)
def test_a_site_may_say_what_may_differ(small, rules, error):
    small.change("conf.py", "walk_for_show", f"walk_rules = {rules}\nwalk_for_show")
    if not error:
        assert small.errors() == []
        return
    with pytest.raises(WalkError) as wrong:
        small.collect()
    assert str(wrong.value).startswith(f"conf.py: {error}") and "\n" not in str(wrong.value)


def test_what_may_differ_on_a_site_is_forgiven_and_nothing_else(small):
    rule = ("weight", "flour differs", r"\d+(?= grams)")
    small.change("conf.py", "walk_for_show", f"walk_rules = {[rule]}\nwalk_for_show")
    small.change("bake.md", "800 grams", "900 grams")
    assert not any(small.walk().values())
    assert update(small.site, small.outcomes) == []
    small.change("bake.md", "900 grams of flour", "900 grams of sugar")
    assert "+800 grams of flour" in small.walk()["bake.md:8"][0]
