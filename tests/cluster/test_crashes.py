"""What becomes of jobs when a part of Slurm is killed, and how `repair` helps; each test has a cluster of its own.

What Slurm promises: the controller goes on with what it has written to StateSaveLocation (slurmctld(8)). It writes
some seconds after a change, so what happened since the last time is not known to the next controller.
"""

import time

import pytest
from practice import PATIENCE, Cluster, poll

pytestmark = [pytest.mark.cluster, pytest.mark.engine, pytest.mark.slow]

OTHERS = "--time=5 --mem=100M --output=%x_%a.log"
# A task that ends when the test lets it: nothing happens by chance meanwhile.
WAITS = "echo start; while ! test -e ~/gate; do sleep 0.2; done; echo done"
OPEN_THE_GATE = "touch ~/gate"
# A killed process may live on for a moment: it is waited for.
KILL = """
kill_all() { pkill -KILL -x "$1"; while pgrep -x "$1" >/dev/null; do sleep 0.05; done; }
"""
KILL_CONTROLLER = f"{KILL} kill_all slurmctld"
# As if its power had failed: process 1 of a node, and the kernel ends all others there, without a last word.
KILL_NODE = 'pkill -KILL -u root -f "^sh .*/node.sh --stay $1"'


def shell(cluster, script, *words):
    """Run a shell script as root inside."""
    return cluster.as_root("sh", "-euc", script, "sh", *words)


def running(cluster, array):
    """Return the tasks of an array that run."""
    return cluster.ask(f"squeue -h -r -j {array} -t R -o %i").split()


def written(cluster):
    """Wait until the controller has written what is so now. A job must run: its comment is a change to be written."""
    now = float(shell(cluster, "date +%s.%N"))
    when = "stat -c %.Y /var/spool/slurmctld/job_state 2>/dev/null || echo 0"
    shell(cluster, "scontrol update JobId=$(squeue -h -r -t R -o %A | head -n 1) Comment=written")
    poll(lambda: float(shell(cluster, when)) > now, 120, "the state is written")


def all_done_once(cluster, array, tasks, name):
    """Check that each task of an array has ended well, is known once, and has run to its end once."""
    states = cluster.wait(array, tasks=tasks)
    assert len(states) == tasks and set(states.values()) == {"COMPLETED"}
    assert cluster.output(f"cat {name}_*.log | grep -c done") == str(tasks)
    assert len(cluster.output(f"sacct -X -n -P -j {array} -o JobID").split()) == tasks


def test_a_killed_node_loses_no_task(own):
    """The tasks of a node that is gone start again on another one, and `repair` brings the node back."""
    cluster = own()
    # The first time a task waits to be killed, the second time it does not.
    work = f'[ -n "$SLURM_RESTART_COUNT" ] || {{ {WAITS}; }}; echo done'
    array = cluster.submit(f"--array=0-7 --job-name=killed --time=5 --mem=100M --output=%x_%A_%a.log --wrap='{work}'")
    poll(lambda: len(running(cluster, array)) == 8, 120, "all tasks run", lambda: cluster.hopeless(array))
    tasks = cluster.output(f"squeue -h -r -j {array} -t R -w n2 -o %i").split()
    shell(cluster, KILL_NODE, "n2")
    left = "pgrep -f '^slurmd -N n2' || grep -lz '^SLURMD_NODENAME=n2$' /proc/[0-9]*/environ 2>/dev/null || true"
    poll(lambda: not shell(cluster, left), 30, "nothing of n2 runs")
    poll(lambda: cluster.ask("sinfo -h -n n2 -o %t").startswith("down"), 120, "n2 is down")
    status = cluster.call("status")
    assert status.returncode == 1
    assert "wrong:       slurmd -N n2 does not run\n" in status.stdout
    assert "wrong:       node n2 is down: Not responding\n" in status.stdout
    cluster.run(OPEN_THE_GATE)
    states = cluster.wait(array, tasks=8)
    assert len(states) == 8 and set(states.values()) == {"COMPLETED"}
    runs = [line.split("|") for line in cluster.output(f"sacct -X -n -P -D -j {array} -o JobID,State").splitlines()]
    assert {task for task, state in runs if state != "COMPLETED"} == set(tasks), runs
    repaired(cluster, "started slurmd -N n2")


def test_who_plays_a_node_is_not_taken_for_one(own):
    """Root starts the daemon of a node in its namespaces: those of a process of learner's would be as learner likes."""
    cluster = own("--nodes=1")
    cluster.run("(setsid sh /opt/practice-cluster/node.sh --stay n1 >/dev/null 2>&1 &)", folder=".")
    shell(cluster, KILL_NODE, "n1")
    done = cluster.call("repair")
    assert "started slurmd -N n1\n" in done.stdout, done.stderr
    assert cluster.output("srun --mem=10M hostname") == "n1"


def repaired(cluster, *said):
    """Repair the cluster: it says so, and is well afterwards."""
    done = cluster.call("repair")
    assert (done.returncode, done.stderr) == (0, "")
    for line in (*said, "the practice cluster is well"):
        assert f"{line}\n" in done.stdout
    status = cluster.call("status")
    assert status.returncode == 0 and "wrong" not in status.stdout
    assert cluster.output("srun --nodes=4 --mem=10M id -un").split() == ["learner"] * 4


def test_what_the_controller_has_written_goes_on_after_it_was_killed(own):
    cluster = own()
    array = cluster.submit(f"--array=0-15 --job-name=restarted {OTHERS} --wrap='{WAITS}'")
    poll(lambda: len(running(cluster, array)) == 8, 120, "all processors are used", lambda: cluster.hopeless(array))
    written(cluster)
    before = running(cluster, array)
    shell(cluster, KILL_CONTROLLER)
    status = cluster.call("status")
    assert (status.returncode, status.stdout.count("wrong")) == (1, 1)
    assert "wrong:       slurmctld does not run\n" in status.stdout
    shell(cluster, "slurmctld")
    poll(lambda: running(cluster, array) == before, 120, "the same tasks run")
    cluster.run(OPEN_THE_GATE)
    all_done_once(cluster, array, 16, "restarted")
    assert not cluster.output("sinfo -h -R")


def test_what_the_controller_had_not_written_is_put_right_by_repair(own):
    """A controller that knows nothing of tasks that run starts them again, which their nodes refuse."""
    cluster = own()
    other = cluster.submit(f"--job-name=other {OTHERS} --wrap='{WAITS}'")
    poll(lambda: running(cluster, other), 120, "the other job runs", lambda: cluster.hopeless(other))
    for wait in (15, 60, 240):  # until the array begins, on a machine that is as busy as this one
        array = cluster.submit(f"--array=0-9 --begin=now+{wait} --job-name=lost {OTHERS} --wrap='{WAITS}'")
        written(cluster)
        shell(cluster, "rm -rf /var/spool/older; cp -a /var/spool/slurmctld /var/spool/older")
        if set(cluster.output(f"squeue -h -r -j {array} -o %T").split()) == {"PENDING"}:
            break
        cluster.run(f"scancel {array}")
        cluster.wait(array)
    poll(lambda: len(running(cluster, array)) == 7, 120, "all processors are used", lambda: cluster.hopeless(array))
    # As if it had been killed before it wrote again.
    shell(cluster, f"{KILL_CONTROLLER}; cd /var/spool; rm -r slurmctld; mv older slurmctld; slurmctld")
    poll(lambda: cluster.ask("squeue >/dev/null && echo yes"), 120, "the controller answers")
    poll(lambda: running(cluster, array), 120, "the controller starts tasks")
    time.sleep(PATIENCE)  # now each node has answered, and what it refuses is held
    status = cluster.call("status")
    held = [line for line in status.stdout.splitlines() if line.startswith("wrong: ")]
    done = cluster.call("repair")
    assert (done.returncode, done.stderr) == (0, ""), held
    for line in held:
        # Whichever copies were ended in time: what is wrong is named, and put right.
        word, node_or_job = line.split()[1:3]
        assert any(f"{word} {node_or_job}, which was" in said for said in done.stdout.splitlines()), done.stdout
    cluster.run(OPEN_THE_GATE)
    all_done_once(cluster, array, 10, "lost")
    assert cluster.wait(other) == {other: "COMPLETED"}
    assert cluster.call("status").returncode == 0


def test_a_drained_node_is_named_and_given_back(own):
    cluster = own()
    for node in ("n1", "n2", "n3", "n4"):
        shell(cluster, 'scontrol update NodeName="$1" State=DRAIN Reason="Duplicate jobid"', node)
    status = cluster.call("status")
    assert status.returncode == 1
    for node in ("n1", "n2", "n3", "n4"):
        assert f"wrong:       node {node} is drained: Duplicate jobid\n" in status.stdout
    assert status.stdout.endswith("             `practice-cluster repair` puts it right\n")
    # A wait for a job that can't start ends with the reason, and does not take its ten minutes.
    job = cluster.submit(f"{OTHERS} --wrap=true")
    with pytest.raises(AssertionError, match="no node can run a job") as caught:
        cluster.wait(job)
    assert "Duplicate jobid" in str(caught.value) and "DRAINED" in str(caught.value)
    repaired(cluster, "resumed node n1, which was drained: Duplicate jobid")
    assert cluster.wait(job) == {job: "COMPLETED"}
    nothing = cluster.call("repair")
    assert nothing.stdout == "the practice cluster is well: nothing was to be done\n"


def test_a_job_that_is_held_is_not_waited_for(own):
    cluster = own()
    job = cluster.submit(f"--hold {OTHERS} --wrap=true")
    with pytest.raises(AssertionError, match=f"job {job} waits for ever: JobHeldUser"):
        cluster.wait(job)
    assert cluster.call("status").returncode == 0, "a job that its owner holds is nothing to be repaired"


def test_all_daemons_that_have_ended_are_started_again(own):
    cluster = own()
    job = cluster.submit(f"{OTHERS} --wrap=true")
    cluster.wait(job)
    shell(cluster, f"{KILL} kill_all 'slurmctld|slurmd|slurmdbd|mariadbd|munged'")
    status = cluster.call("status")
    assert status.returncode == 1 and status.stdout.count("does not run") == 8
    repaired(cluster, "started munged", "started mariadbd", "started slurmdbd", "started slurmctld")
    assert cluster.wait(job) == {job: "COMPLETED"}


def test_a_test_that_leaves_the_shared_cluster_ill_is_named(shared):
    """Whatever a test leaves, the next one gets a healthy cluster: this is how `cluster` in conftest.py does that."""
    for harm, said in (
        ("scontrol update NodeName=n1 State=DRAIN Reason=harm", "node n1 drained harm"),
        ("scontrol create reservation user=root nodes=n1 start=now duration=1", "reservation root_1"),
        ("setpriv --reuid=learner --regid=learner --init-groups sbatch --hold --wrap=true -o /dev/null", "job "),
        (f"{KILL} kill_all slurmdbd", "accounting gives no answer"),
    ):
        first = shared.start()
        assert shared.complain("nobody") == ""
        shell(first, harm)
        complaint = shared.complain("tests/test_it.py::test_harm")
        assert complaint.startswith("tests/test_it.py::test_harm left the cluster") and said in complaint
    assert shared.start().ills() == []


def test_a_shared_cluster_that_does_not_start_is_only_that_tests_trouble(shared, monkeypatch):
    def fails(*_):
        raise RuntimeError("no disk")

    shared.end()
    with monkeypatch.context() as broken:
        broken.setattr(Cluster, "start", fails)
        with pytest.raises(RuntimeError, match="no disk"):
            shared.start()
    assert shared.complain("nobody") == ""
