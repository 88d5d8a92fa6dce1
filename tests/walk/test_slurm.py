"""A wait ends as soon as what it waits for can't come, with what Slurm says; what may mend itself gets its time."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from walk import slurm
from walk.environments import HELD
from walk.errors import Broken
from walk.model import Transcript, parse
from walk.shell import Helper, Shell

# Commands of a Slurm that says what is in files; what it says later, it says after the third look at the nodes.
ME = os.getpid()  # the tests of other workers look for such processes, too
COMMANDS = {
    "squeue": 'case "$*" in *--states=all*) cat all ;; *" -w "*) cat lost ;; *) cat queue ;; esac',
    "sinfo": """
if test "$1" = -R; then cat reasons; exit; fi
cat nodes
echo >>looks
if test "$(wc -l <looks)" -ge 3 && test -e later; then mv later/* .; rmdir later; fi
""",
    "sacct": "cat accounting",
    "scontrol": 'echo "JobId=7 JobState=PENDING StdOut=$PWD/log"',
    "scancel": "",
}
IDLE = "short|n1|idle\nshort|n2|idle\n"
DRAINED = "short|n1|drained\nshort|n2|draining*\nlong|n3|idle\n"
DOWN = "short|n1|down*\nshort|n2|drained\n"
PENDING = "7|PENDING|short|Resources\n"
SOON = 0.5  # seconds, for a wait that is given up: it may well take longer


class Slurm:
    """The files of a Slurm, and the queue that is asked."""

    def __init__(self, folder: Path):
        self.folder = folder
        for name, text in COMMANDS.items():
            self.says(name, f"#!/bin/sh\ncd {folder}\ntest ! -e {name}.not || . ./{name}.not\n{text}\n")
            (folder / name).chmod(0o755)
        for name in ("queue", "lost", "all", "reasons", "accounting"):
            self.says(name, "")
        self.says("nodes", IDLE)
        self.says("log", "one\ntwo\n")
        environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
        self.helper = Helper(lambda: Shell(HELD, cwd=folder, env=environment))
        self.queue = slurm.Queue(self.helper)

    def says(self, name: str, text: str) -> None:
        """Have Slurm say something from now on."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def wait(self, command: str = "true", limit: float = 600) -> bool:
        """Wait as a learner does before a command."""
        return self.queue.wait(command, limit)


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """A Slurm without a job, whose two nodes are idle; it is asked without a pause."""
    monkeypatch.setattr(slurm, "STEP", 0.02)
    monkeypatch.setattr(slurm, "STILL", 0.1)
    monkeypatch.setattr(slurm, "LOOK", 0)
    fake = Slurm(tmp_path)
    yield fake
    fake.helper.close()


REASONS = {
    "(launch failed requeued held)": Broken,
    "launch_failed_requeued_held": Broken,
    "launch failed requeued held": Broken,
    "JobHeldAdmin": Broken,
    "(JobHoldMaxRequeue)": Broken,
    "PartitionDown": Broken,
    "JobHeldUser": True,
    "DependencyNeverSatisfied": True,
    "(PartitionTimeLimit)": True,
    "PartitionConfig": True,
    "InvalidQOS": True,
    "Resources": False,
    "Priority": False,
    "Dependency": False,
    "BeginTime": False,
    "None": False,
    "Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions": False,
}


@pytest.mark.parametrize(("reason", "becomes"), REASONS.items(), ids=REASONS)
@pytest.mark.parametrize("command", ["cat log", "squeue --me"])
def test_what_becomes_of_a_wait_for_a_job_that_waits(fake, reason, becomes, command):
    fake.says("queue", f"7|PENDING|short|{reason}\n")
    if becomes is Broken:
        with pytest.raises(Broken, match="the cluster is broken: jobs are held"):
            fake.wait(command)
    elif command == "cat log":
        assert fake.wait(command, 600 if becomes else SOON) is becomes


def test_a_held_job_ends_the_wait_for_the_others_too(fake):
    tasks = "".join(f"7_{task}|PENDING|short|launch failed requeued held\n" for task in range(6))
    fake.says("queue", f"6|RUNNING|short|None\n{tasks}")
    fake.says("reasons", "REASON           USER   TIMESTAMP  NODELIST\nDuplicate jobid  slurm  ...\n")
    with pytest.raises(Broken) as broken:
        fake.wait()
    said = str(broken.value).splitlines()
    assert said[:3] == [
        "the cluster is broken: jobs are held, and only an administrator releases them",
        "$ squeue",
        "7_0 PENDING launch failed requeued held",
    ]
    assert "and 2 more" in said
    assert "Duplicate jobid  slurm  ..." in said
    assert said[-3:] == [f"job 7: PENDING, {fake.folder}/log", "one", "two"]


NODES = {  # what sinfo says, and whether a job that waits for `short` may still hope
    "all drained": (DRAINED, False),
    "drained in the words of squeue": (DRAINED.replace("|draining*", "|drain"), False),
    "one drained": ("short|n1|drained\nshort|n2|mixed\n", True),
    "reserved": ("short|n1|reserved\nshort|n2|maint\n", True),
    "idle, in newer words": ("short|n1|idle-\nshort|n2|idle~\n", True),
}


@pytest.mark.parametrize(("nodes", "hope"), NODES.values(), ids=NODES)
def test_nodes_that_are_drained_stay_so(fake, nodes, hope):
    fake.says("queue", PENDING)
    fake.says("nodes", nodes)
    if hope:
        assert fake.wait(limit=SOON) is False
    else:
        with pytest.raises(Broken, match="jobs can't start, because all nodes are drained"):
            fake.wait()


GONE = {
    "all nodes": (DOWN, PENDING, ""),
    "the nodes that it needs": (
        "short|n1|down\nshort|n2|idle\n", "7|PENDING|short|ReqNodeNotAvail, UnavailableNodes:n1\n", "",
    ),
    "the nodes that it needs, in other words": (
        "short|n1|drained\nshort|n2|idle\n", "7|PENDING|short|(Nodes_required_for_job_are_DOWN,_DRAINED)\n", "",
    ),
    "the node where it runs": (
        "short|n1|allocated*\nshort|n2|idle\n", "7|RUNNING|short|None\n", "7|RUNNING|short|None\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("nodes", "queue", "lost"), GONE.values(), ids=GONE)
def test_nodes_that_are_gone_may_come_back(fake, monkeypatch, nodes, queue, lost):
    for name, text in (("nodes", nodes), ("queue", queue), ("lost", lost)):
        fake.says(name, text)
        fake.says(f"later/{name}", {"nodes": IDLE}.get(name, ""))
    assert fake.wait() is True
    assert len((fake.folder / "looks").read_text()) >= 3
    for name, text in (("nodes", nodes), ("queue", queue), ("lost", lost)):
        fake.says(name, text)
    monkeypatch.setattr(slurm, "MENDS", 0)
    with pytest.raises(Broken, match="jobs can't go on, because nodes are gone and do not come back"):
        fake.wait()


def test_a_node_that_goes_and_comes_again_and_again_is_not_gone_for_long(fake, monkeypatch):
    monkeypatch.setattr(slurm, "MENDS", 0)
    flicker = '\nif test "$(($(wc -l <looks) % 2))" = 0; then echo "short|n1|down*"; else echo "short|n1|idle"; fi'
    fake.says("queue", PENDING)
    fake.says("nodes", "")
    fake.says("looks", "")
    fake.says("sinfo", (fake.folder / "sinfo").read_text() + flicker)
    assert fake.wait(limit=2) is False


@pytest.mark.parametrize("silent", ["squeue", "sinfo", "sacct"])
@pytest.mark.parametrize("how", ["exit 1", f"exec sleep 7612.{ME}"], ids=["fails", "hangs"])
def test_a_slurm_that_does_not_answer(fake, monkeypatch, silent, how, running):
    monkeypatch.setattr(slurm, "PATIENCE", 5)  # the other commands answer sooner
    fake.says("queue", PENDING if silent == "sinfo" else "")
    fake.says("all", "7|COMPLETED|bread\n")
    fake.queue.wait("sbatch", 1)
    fake.says(f"{silent}.not", f"echo Unable to contact slurm controller; {how}")
    with pytest.raises(Broken) as broken:
        fake.wait()
    first, second = str(broken.value).splitlines()
    assert first.startswith(f"Slurm gives no answer to {silent}")
    assert second == "Unable to contact slurm controller"
    assert not running(f"sleep 7612.{ME}")


def test_a_slurm_that_answers_when_it_is_asked_again(fake):
    fake.says("squeue.not", "rm squeue.not; exit 1")
    assert fake.wait() is True


@pytest.mark.parametrize("told", ["7|CANCELLED|bread", "7_[2-9%2]|CANCELLED|bread"])
def test_the_tasks_that_had_waited_may_be_just_the_array(fake, told):
    """As `scancel --me --state=PENDING` leaves it, and as `scancel 7` does."""
    fake.says("all", f"7_0|COMPLETED|bread\n{told}\n")
    fake.says("accounting", "7_0|COMPLETED|bread\n7_[2-9%2]|CANCELLED by 1000|bread\n")
    fake.wait("sbatch")
    assert fake.wait()


def test_an_accounting_that_never_hears_of_a_job(fake, monkeypatch):
    fake.says("all", "7|COMPLETED|bread\n8|FAILED|butter\n")
    fake.says("accounting", "8|FAILED|butter\n")
    fake.queue.wait("sbatch", 1)
    monkeypatch.setattr(slurm, "MENDS", 0)
    with pytest.raises(Broken, match=r"does not hear of what the controller says of jobs:\n7 COMPLETED bread$"):
        fake.wait()


def test_no_hope_while_a_command_waits(fake):
    fake.queue.hope()
    fake.says("queue", PENDING)
    fake.queue.hope()
    fake.says("nodes", DRAINED)
    with pytest.raises(Broken):
        fake.queue.hope()


RUNS = "JOBID ST TIME\n7 R 0:01"
WAITS = "JOBID ST TIME\n7 PD 0:00"
STILL = {  # blocks, of commands that are numbered from 0; from which one to which one jobs stand still
    "in one block": (["ls", "sbatch a", f"squeue\n{RUNS}", "ls"], ["0-2"]),
    "in the next block": (["sbatch a", "", f"squeue\n{RUNS}"], ["0-1"]),
    "a script submits": (["sh a", f"squeue\n{RUNS}"], ["0-1"]),
    "a script submits, in the block before": (["sh a", "", f"squeue\n{RUNS}"], ["0-1"]),
    "in other words": (["sbatch a", "squeue -O State\nSTATE\nRUNNING"], ["0-1"]),
    "a number": (["sbatch a", "squeue -h | wc -l\n8"], ["0-1"]),
    "ids": (["sbatch a", "squeue -h -r -o %i\n7_0\n7_1"], ["0-1"]),
    "a record": (["sbatch a", "scontrol -o show job 7\nJobId=7 JobState=RUNNING"], ["0-1"]),
    "several looks": (["sbatch a", f"squeue\n{RUNS}", "scancel 8", f"squeue\n{RUNS}", "scancel 7"], ["0-3"]),
    "each its own": (["sbatch a", f"squeue\n{RUNS}", "ls", "ls", "sbatch b", f"squeue\n{RUNS}"], ["0-1", "3-5"]),
    "it waits": (["sbatch a", f"squeue\n{WAITS}"], []),
    "a number of none": (["sbatch a", "squeue -h | wc -l\n0"], []),
    "no look": (["sbatch a", "echo 8\n8"], []),
    "a look at something else": (["sbatch a", "scontrol show node\nState=RUNNING"], []),
    "it runs in a job": (["sbatch a", "srun hostname", f"squeue\n{RUNS}"], ["2-2"]),
    "it waits for the job": (["sbatch --wait a", f"squeue\n{RUNS}"], ["1-1"]),
}


@pytest.mark.parametrize(("typed", "ranges"), STILL.values(), ids=STILL)
def test_from_where_to_where_jobs_stand_still(typed, ranges):
    blocks, places = [[]], []
    for text in typed:
        blocks += [] if text else [[]]
        blocks[-1] += [f"$ {text}"] if text else []
    page = []
    for number, commands in enumerate(map("\n".join, blocks)):
        page.append(Transcript("index", number, commands, tuple(parse(commands)), 600, True, False))
        places += [(page[-1], command) for command in range(len(page[-1].commands))]
    still = slurm.standing_still(page)
    ends = [tuple(map(int, one.split("-"))) for one in ranges]
    assert still.first == {places[first] for first, _ in ends} and still.last == {places[last] for _, last in ends}
    only_shown = [replace(block, compared=False) for block in page]
    assert slurm.standing_still(only_shown) == slurm.Still()


DRAINS = """run)
    echo 'echo "short|n1|drained"' >sinfo
    echo 'case "$*" in *--states=all*) ;; *) ! test -e submitted || echo "7|PENDING|short|Resources" ;; esac' >squeue
    echo 'echo "JobId=7 JobState=PENDING StdOut=/nowhere"' >scontrol
    shift; exec "$@" ;;"""


@pytest.mark.parametrize("hangs", [False, True])
def test_the_rest_of_a_walk_is_not_walked_on_a_broken_cluster(small, monkeypatch, hangs):
    monkeypatch.setattr("walk.shell.HOPE", 0.1)
    log = small.cluster(DRAINS)
    more = "$ squeue >/dev/null; sleep 7613\n" if hangs else ""  # as `srun` does
    small.change("index.md", "$ cd kitchen", f"$ cd kitchen\n$ touch ../submitted # sbatch\n{more}$ true")
    small.change("index.md", "```{transcript}", "```{transcript}\n:output: shown\n")
    wrong = small.walk()
    place = "index.md:14"
    [first] = wrong.pop("index.md:11")
    assert first.startswith(f"{place}: the cluster is broken: jobs can't start, because all nodes are drained\n")
    assert first.count("\n") == 5 and "7 PENDING Resources" in first
    assert len(wrong) == 6
    for block, texts in wrong.items():
        assert texts == [f"{block}: not walked, because the walk could not go on at {place}"]
    assert not any(outcome.logs for outcome in small.outcomes)
    assert log.read_text().split() == ["up", "run", "run", "down"]
