"""On a real Slurm: a walk ends when all nodes are drained, goes on when a command hangs, and leaves no cluster."""

import os
import signal

import pytest
from practice import PRACTICE_CLUSTER, RUN, Cluster

from walk.environments import environment_of
from walk.session import Session

ME = os.getpid()  # the tests of other workers look for such processes, too
pytestmark = [pytest.mark.cluster, pytest.mark.engine, pytest.mark.slow]


@pytest.fixture
def on_slurm(small, may_start_cluster):
    """The small site, to be walked on a practice cluster."""
    small.change("conf.py", "walk_for_show", f'walk_cluster = "{PRACTICE_CLUSTER}"\nwalk_for_show')
    return small


@pytest.mark.parametrize("typed", ['$ sbatch --wrap="true"\n$ cat slurm-1.out', "$ true\n$ srun hostname"])
def test_a_walk_ends_when_all_nodes_are_drained(on_slurm, typed):
    on_slurm.change(
        "index.md", "```{transcript}\n$ mkdir -p kitchen\n$ cd kitchen", "```{transcript}\n:output: shown\n\n" + typed
    )
    found = on_slurm.collect()
    place = environment_of(found)
    with Session(found, place, found.needed("share")) as journey:
        Cluster(place.name).as_root("scontrol", "update", "NodeName=n[1-4]", "State=DRAIN", "Reason=the oven is cold")
        first, *rest = journey
    [said] = first.wrong
    assert said.startswith("index.md:12: the cluster is broken: jobs can't start, because all nodes are drained\n")
    assert "the oven is cold" in said
    assert [outcome.wrong for outcome in rest] == [
        [f"{outcome.block.location}: not walked, because the walk could not go on at index.md:12"] for outcome in rest
    ]


def test_a_command_that_hangs_in_a_cluster_is_ended_and_the_shell_goes_on(on_slurm, running):
    on_slurm.change("index.md", "$ cd kitchen", "$ cd kitchen\n$ mkdir plates")
    hangs = f":limit: 1\n\n$ bread=rye; (setsid sleep 7801.{ME} &); sleep 7802.{ME}; sleep 7803.{ME}\n"
    on_slurm.change("share.md", "```{transcript}\n$ mkdir", f"```{{transcript}}\n{hangs}$ mkdir")
    looks = f"$ test $bread = rye && ! grep -qs '780[1-3].{ME}' /proc/[0-9]*/cmdline\n"
    on_slurm.change("share.md", "$ date\nSun Nov 22 12:00:00 UTC 2026", looks)
    wrong = on_slurm.walk("share")
    assert "has not ended after 1 seconds" in wrong["share.md:10"][0]
    assert wrong["share.md:23"] == []
    assert not any(running(f"sleep {number}.{ME}") for number in (7801, 7802, 7803))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_killed_walk_leaves_no_cluster(on_slurm, number, running, wait):
    on_slurm.change("index.md", "$ cd kitchen", f"$ (setsid sleep 7804.{ME} &); sleep 7805.{ME}")
    process = on_slurm.start()
    wait(lambda: running(f"sleep 7805.{ME}"))
    process.send_signal(number)
    process.communicate(timeout=600)
    wait(lambda: not list(RUN.glob(f"walk-{process.pid}*.json")))
    assert not running(f"sleep 7804.{ME}") and not running(f"sleep 7805.{ME}")


LOOK = """\
$ squeue --me
             JOBID PARTITION     NAME     USER ST       TIME  NODES NODELIST(REASON)
                 1     short    bread  learner  R       0:00      1 n1"""
BLOCK = "\n```\n\n```{transcript}\n"  # between two blocks
LOOKS = [
    f"\n{LOOK}",
    f"{BLOCK}{LOOK}",
    f"{BLOCK}$ squeue --me -h | wc -l\n1",
    f"{BLOCK}$ scancel 99\n$ squeue --me -h -o '%j %T'\nbread RUNNING",
    f"{BLOCK}$ scontrol show job 5 | grep -o JobState=.*G\nJobState=RUNNING",
]


def test_jobs_that_are_over_in_a_second_are_shown_while_they_run(on_slurm):
    """However long the learner takes to look: they stand still meanwhile, and go on afterwards."""
    typed = []
    for number, look in enumerate(LOOKS, 1):
        submit = f'$ sbatch --job-name=bread --wrap="sleep 1; echo baked" && sleep 4\nSubmitted batch job {number}'
        look = look.replace("                 1 ", f"                 {number} ")
        typed.append(f"{submit}{look}\n$ cat slurm-{number}.out\nbaked")
    on_slurm.change("index.md", "$ mkdir -p kitchen", "\n".join([*typed, "$ mkdir -p kitchen"]))
    assert not any(on_slurm.walk("index").values())
