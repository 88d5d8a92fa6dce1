"""Finds what is wrong with a practice cluster that is up, and puts it right: daemons, nodes, and jobs that are held.

    repair.py check NODES     prints what is wrong with a cluster of so many nodes, as JSON: a list of lines
    repair.py repair NODES    puts it right, and prints what was done, as JSON

When the controller is killed, what it has not written yet is lost: it may start a task again that still runs. The node
refuses the second copy; Slurm drains it ("Duplicate jobid") and holds the task (launch_failed_requeued_held). A node
that has ended the first copy in the same second takes the second one for it ("Job credential revoked"), and Slurm 24.11
calls the task FAILED.
"""

import json
import re
import sys
import time

import start
from start import Failure, must, processes, run, succeeds

CALM = 3  # seconds in which nothing must be wrong: a node that is given back may be drained again at once
LIMIT = 300  # seconds until it must be
# The states of a node that doesn't take jobs; Slurm adds a letter, as in "DOWN*" for one that doesn't respond.
UNFIT = re.compile(r"DOWN|DRAIN|FAIL|NOT_RESPONDING|UNKNOWN")

# What starts a daemon again, in the order in which they must be started; those of the nodes come last.
STARTS = {
    "munged": lambda: must("munged", "--force", user="munge"),
    "mariadbd": start.start_database,
    "slurmdbd": start.start_slurmdbd,
    "slurmctld": start.start_controller,
}


def gone(nodes: int) -> list[str]:
    """Return the daemons that don't run, in the order in which they must be started."""
    single = [name for name in STARTS if not processes(name)]
    each = [f"n{number}" for number in range(1, nodes + 1)]
    return single + [f"slurmd -N {node}" for node in each if not processes("slurmd", "-N", node)]


def rows(*command: str) -> list[list[str]]:
    """Return what Slurm answers, in cells; nothing while it doesn't."""
    done = run(*command)
    return [line.split("|") for line in done.stdout.splitlines()] if done.returncode == 0 else []


def unfit_nodes() -> dict[str, str]:
    """Return {node: its state and why} of the nodes that take no jobs."""
    found = {}
    for node, state, reason in rows("sinfo", "-h", "-N", "-o", "%N|%T|%E"):
        if UNFIT.search(state.upper()):
            found[node] = f"{state.rstrip('*')}: {reason}" if reason != "none" else state
    return found


def held_jobs() -> dict[str, str]:
    """Return {job: reason} of the jobs that Slurm itself, and not their owner, holds back."""
    jobs = rows("squeue", "-h", "-r", "-t", "PD", "-o", "%i|%r")
    return {job: reason for job, reason in jobs if re.search(r"launch.failed.requeued.held", reason)}


def refused_jobs() -> list[str]:
    """Return the tasks that Slurm calls FAILED though they never ran: their batch step is CANCELLED.

    Only those that the controller still knows, because no other one can be started again.
    """
    failed = {job for [job] in rows("squeue", "-h", "-r", "-t", "F", "-o", "%i")}
    steps = rows("sacct", "-a", "-n", "-P", "-S", "now-1hour", "-o", "JobID,State") if failed else []
    never_ran = {step.removesuffix(".batch") for step, state in steps if state.startswith("CANCELLED")}
    return sorted(failed & never_ran)


def wrong(nodes: int) -> list[str]:
    """Return what is wrong, a line each."""
    found = [f"{daemon} does not run" for daemon in gone(nodes)]
    if processes("slurmctld"):
        if not succeeds("scontrol", "ping"):
            found.append("slurmctld gives no answer")
        else:
            found += [f"node {node} is {why}" for node, why in unfit_nodes().items()]
            found += [f"job {job} is held: {reason}" for job, reason in held_jobs().items()]
            found += [f"job {job} is failed: its node refused it" for job in refused_jobs()]
    return found


def mend(nodes: int) -> list[str]:
    """Put right what can be at this moment; return what was done."""
    done = []
    for daemon in gone(nodes):
        if daemon in STARTS:
            STARTS[daemon]()
        else:
            start.start_node(int(daemon.removeprefix("slurmd -N n")))
        done.append(f"started {daemon}")
    for node, why in unfit_nodes().items():
        # A node that is down because its daemon was gone comes back by itself; asked for, it comes at once.
        if succeeds("scontrol", "update", f"NodeName={node}", "State=RESUME"):
            done.append(f"resumed node {node}, which was {why}")
    for job, reason in held_jobs().items():
        if not unfit_nodes() and succeeds("scontrol", "release", job):
            done.append(f"released job {job}, which was held: {reason}")
    for job in refused_jobs():
        if not unfit_nodes() and succeeds("scontrol", "requeue", job):
            done.append(f"requeued job {job}, which was failed: its node refused it")
    return done


def repair(nodes: int) -> list[str]:
    """Put everything right, and watch for a while that it stays so."""
    done: list[str] = []
    end, calm_since = time.monotonic() + LIMIT, None
    while calm_since is None or time.monotonic() - calm_since < CALM:
        if time.monotonic() > end:
            raise Failure(f"not well after {LIMIT} s: {'; '.join(wrong(nodes))}")
        if wrong(nodes):
            done += [line for line in mend(nodes) if line not in done]
            calm_since = None
        elif calm_since is None:
            calm_since = time.monotonic()
        time.sleep(0.3)
    return done


def main() -> None:
    """Check or repair, as the command line says."""
    verb, nodes = sys.argv[1:]
    print(json.dumps({"check": wrong, "repair": repair}[verb](int(nodes))))


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"practice-cluster: {failure}")
