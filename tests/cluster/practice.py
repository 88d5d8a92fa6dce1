"""Drives the practice cluster as its owner and its learner do, for tests on a real Slurm."""

import functools
import io
import os
import re
import shlex
import subprocess
import sys
import tarfile
import time
from pathlib import Path

from cluster import namespace, state
from cluster.location import RUN

CODE = Path(__file__).parents[2] / "code"
PRACTICE_CLUSTER = CODE.parent / "cluster/practice-cluster"
FOLDER = "notebook-to-cluster"
ENDED = {
    "BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "TIMEOUT",
}  # fmt: skip


def name_of(purpose):
    """Return a name for a cluster of this process: it says whose it is, and is nobody else's."""
    return f"test-{os.getpid()}-{purpose}"


def practice_cluster(*arguments, name, timeout=600, **options):
    """Run cluster/practice-cluster for the cluster of a name, and return it finished, with its output as text."""
    command = [sys.executable, PRACTICE_CLUSTER, *map(str, arguments)]
    options = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "check": False} | options
    options["env"] = options.get("env", os.environ) | {"PRACTICE_CLUSTER_NAME": name}
    if "input" in options:
        del options["stdin"]
    return subprocess.run(command, timeout=timeout, **options)


def end_orphans():
    """End the clusters of test runs that were killed: their names say which process they belonged to."""
    for path in RUN.glob("test-*.json"):
        owner = re.match(r"test-(\d+)-", path.name)
        if owner and not Path(f"/proc/{owner[1]}").exists():
            practice_cluster("down", name=path.stem)


PATIENCE = 15  # seconds for what may be over in a moment, as a controller that starts again


def poll(question, seconds, what, hopeless=lambda: ("", 0)):
    """Ask until the answer is true, and return it; fail after some seconds.

    `hopeless` returns why it can't become true any more, and for how many seconds that may be so all the same.
    """
    end, before, since = time.monotonic() + seconds, "", 0.0
    while not (answer := question()):
        why, patience = hopeless()
        now = time.monotonic()
        if why != before:
            before, since = why, now
        over = f"not after {seconds} s" if now >= end else why if why and now - since >= patience else ""
        if over:
            answer = question()  # it may have become true meanwhile
            assert answer, f"{what}: {over}"
            return answer
        time.sleep(0.3)
    return answer


def the_bundle():
    """Return the folder of the lesson as a tar archive."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as tar:
        for path in sorted(CODE.rglob("*")):
            name = path.relative_to(CODE)
            if path.is_file() and not any(part.startswith((".", "__")) for part in name.parts):
                tar.add(path, name)
    return whole.getvalue()


# What only a cluster in a bad state has, or a test that has not cleared up, in lines with a word for what they are of.
LOOK = r"""
sinfo --noheader --Node --format='node %N %T %E' | sort -u
squeue --noheader --array --format='job %i %T %r'
scontrol show reservation --oneliner | sed -n 's/^ReservationName=/reservation /p'
sacctmgr --noheader list cluster format=Cluster >/dev/null || echo 'accounting gives no answer'
"""
UNUSED = re.compile(r"node \S+ (idle|planned) ")  # planned: Slurm once thought of a job for it
PASSING = re.compile(r"node \S+ \S*completing|job \S+ COMPLETING")
# Why a job never starts or ends by itself, as squeue says it: https://slurm.schedmd.com/job_reason_codes.html
FOR_EVER = re.compile(r"held|DependencyNeverSatisfied|TimeLimit|NodeLimit|BadConstraints|Invalid", re.IGNORECASE)
FIT = re.compile(r"(idle|mixed|allocated|completing|planned)[+~#%$@^-]*")


class Cluster:
    """A practice cluster of our own, with the lesson's folder in learner's home."""

    def __init__(self, name):
        self.name = name
        self.call = functools.partial(practice_cluster, name=name)

    def start(self, *options, image=True):
        """Start it, with the lesson's folder and, if asked for, its image."""
        done = self.call("up", *options)
        assert done.returncode == 0, done.stdout + done.stderr
        if image:
            done = self.call("image", CODE)
            assert done.returncode == 0, done.stdout + done.stderr
        unpack = self.call(
            "run", "sh", "-c", f"mkdir -p {FOLDER} && tar -x -C {FOLDER}", input=the_bundle(), text=False
        )
        assert unpack.returncode == 0, unpack.stderr

    def end(self):
        """End it."""
        down = self.call("down")
        assert down.returncode == 0, down.stderr

    def run(self, command, check=True, folder=FOLDER, timeout=300):
        """Type a command as learner, in the lesson's folder; return it finished."""
        done = self.call("run", "bash", "-c", f"cd {folder} && {command}", timeout=timeout)
        if check:
            assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
        return done

    def output(self, command, **options):
        """Type a command as learner, and return what it prints."""
        return self.run(command, **options).stdout.strip()

    def ask(self, question):
        """Ask Slurm as root, and return what it prints: what is asked again and again starts no Python of its own."""
        return self.as_root("sh", "-c", question, check=False).strip()

    def fresh_folder(self, name):
        """Return a new folder in learner's home, with the bundle and the image in it."""
        archive = the_bundle()
        unpack = f"mkdir {name} && tar -x -C {name} && ln ~/{FOLDER}/knn.sif {name}/"
        done = self.call("run", "bash", "-c", unpack, input=archive, text=False)
        assert done.returncode == 0, done.stderr
        return name

    def submit(self, options, **folder):
        """Submit a job, and return its id."""
        return self.output(f"sbatch --parsable {options}", **folder)

    def states(self, *ids):
        """Return {job id: state} as sacct tells it, one a task."""
        text = self.ask(f"sacct -X -n -P -j {','.join(ids)} -o JobID,State")
        return {job: said.split()[0] for job, said in (line.split("|") for line in text.splitlines())}

    def wait(self, *ids, tasks=None, seconds=600):
        """Wait until sacct knows the end of all jobs, and of that many tasks; return {job id: state}.

        Fail at once, with what Slurm says and the end of the log, when a job can't start or end any more.
        """

        def ended():
            # What has lost its node is in the accounting as ended, and in the queue to start again.
            if self.ask(f"squeue -h -j {','.join(ids)}"):
                return None
            states = self.states(*ids)
            enough = len(states) >= (tasks or len(ids))
            return states if enough and all(state in ENDED for state in states.values()) else None

        what = f"the end of {', '.join(ids)}"
        try:
            return poll(ended, seconds, what, lambda: self.hopeless(*ids))
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.states(*ids)}\n{self.about(*ids)}") from None

    def hopeless(self, *ids):
        """Return why one of the jobs can't start or end any more, or nothing, and how long that may be so."""
        said = self.ask(f"exec 2>&1; squeue -h -r -j {','.join(ids)} -o '%i|%T|%r'; sinfo -h -N -o '%N|%T'")
        rows = [line.split("|") for line in said.splitlines()]
        for job, status, reason in (row for row in rows if len(row) == 3):
            if status == "PENDING" and FOR_EVER.search(reason):
                return f"job {job} waits for ever: {reason}", 0 if "held" in reason.lower() else PATIENCE
        nodes = {row[0]: row[1] for row in rows if len(row) == 2}
        if not nodes:
            return f"Slurm gives no answer: {said}", PATIENCE
        if not any(FIT.fullmatch(state) for state in nodes.values()):
            return f"no node can run a job: {nodes}", PATIENCE
        return "", 0

    def about(self, *ids):
        """Return what Slurm says about jobs, nodes and the ends of logs."""
        question = f"squeue -r; sinfo; sinfo -R; scontrol show job {ids[0]} | grep -E 'Reason|StdOut'; tail -n 5 *.log"
        done = self.run(question, check=False)
        return done.stdout[-4000:] + done.stderr[-1000:]

    def ills(self, seconds=60):
        """Return what is not as in a cluster that nobody uses; wait for what is just ending."""
        end = time.monotonic() + seconds
        while True:
            lines = self.as_root("sh", "-c", LOOK, check=False).splitlines()
            found = [line for line in lines if not UNUSED.match(line)]
            if not all(map(PASSING.match, found)) or not found or time.monotonic() > end:
                return found
            time.sleep(0.2)

    def as_root(self, *command, check=True):
        """Run a command as root inside, which the practice cluster itself has no verb for."""
        done = namespace.enter(state.last(self.name), list(command), seconds=600)
        assert not check or done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout
