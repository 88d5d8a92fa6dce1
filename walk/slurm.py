"""How a learner waits for jobs: until they have ended before looking at results, until they have started before squeue.

Only Slurm is asked, nothing of the pages: https://slurm.schedmd.com/squeue.html, sinfo.html and sacct.html. Where what
is waited for can't come, because the cluster is broken, the wait ends with what Slurm says of that.
"""

import re
import shlex
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from walk.errors import Broken
from walk.freezer import Freezer
from walk.model import RELEASE, Command, Transcript
from walk.shell import Helper

# The beginning of a command, where others stand before it.
BEGIN = r"(?:^|[;&|({!`]|\b(?:do|then|else|if|while|until|time)\b)\s*(?:\w+=\S*\s+)*"
# What is typed while jobs wait or run. Before anything else, a learner waits for their end.
AT_ONCE = re.compile(BEGIN + r"(?:sbatch|squeue|scancel|scontrol)\b", re.MULTILINE)
LOOKS = re.compile(BEGIN + r"(?:squeue|scontrol\s+(?:-\S+\s+)*show\s+(?:-\S+\s+)*jobs?)\b", re.MULTILINE)
SUBMITS = re.compile(BEGIN + r"sbatch\b", re.MULTILINE)
# What a page shows of jobs that run: their state, or an id or a number of jobs without a word of waiting behind it.
RUNNING = re.compile(r"(?:\s|=|^)(?:R|RUNNING)(?:\s|$)|^\s*[1-9]\d*(?:_\d+)?\b(?!.*(?:\bPD\b|\bPENDING\b|\())")
# What runs in a job and waits for its end: it would stand still with it.
NEEDS_JOBS = re.compile(BEGIN + r"(?:srun|salloc|sattach|sbatch\b[^\n;|&]*\s(?:-W|--wait))\b", re.MULTILINE)
# Reasons why a job waits, as `reason_of` writes them.
# Until a person does something: nobody waits for its end.
FOR_A_PERSON = {
    "dependencyneversatisfied", "jobhelduser", "jobrequeuedinheldstate", "partitionconfig", "partitionnodelimit",
    "partitiontimelimit",
    "associationjoblimit", "assocgrpcpulimit", "invalidaccount", "invalidqos",
}  # fmt: skip
LASTING = FOR_A_PERSON | {"dependency", "resources", "priority", "jobarraytasklimit", "begintime"}
# The cluster, and no page, has made it wait until an administrator does something.
HELD = {
    "launchfailedrequeuedheld", "jobheldadmin", "jobholdmaxrequeue", "partitiondown", "partitioninactive",
}  # fmt: skip
# It could start on nodes that are not there now; whether they ever will be, only the nodes know.
UNAVAILABLE = ("reqnodenotavail", "nodesrequiredforjobaredown", "nodedown")
NOT_FOR_NODES = FOR_A_PERSON | {"dependency", "begintime", "jobarraytasklimit"}
FINE = {"PENDING", "RUNNING", "COMPLETING", "COMPLETED", "CANCELLED"}
PATIENCE = 60  # seconds until Slurm must have answered
MENDS = 60  # seconds after which what may mend itself does not: nodes that are gone, or an accounting that lags behind
BRIEF = 10  # seconds for a question to a cluster that is broken
LOGS = 4  # of so many jobs are shown
STEP = 0.2  # seconds between two questions
LONG = 1.0  # the same after a long wait
LOOK = 2.0  # seconds between two looks at the nodes
STILL = 1.0  # seconds in which the queue must not change


@dataclass
class Still:
    """Where jobs stand still: from the commands `first` to the commands `last`, of which some are in later blocks."""

    first: set[tuple[Transcript, int]] = field(default_factory=set)
    last: set[tuple[Transcript, int]] = field(default_factory=set)


@dataclass(frozen=True)
class Job:
    """A job or a task in the queue."""

    id: str
    state: str
    partition: str  # where it may start: one, or several with commas between them
    reason: str


class Queue:
    """The learner's jobs, asked about in a shell of its own."""

    def __init__(self, shell: Helper):
        self._shell = shell
        self.freezer = Freezer(shell)
        self._submitted = False  # may there be jobs whose end nobody has waited for?
        self._looked = 0.0  # when the nodes were last asked for
        self._bad_since: float | None = None  # since when some nodes were not there at each look

    def release(self) -> str:
        """Return the version of Slurm, as "24.11"; Broken if it says none."""
        answer = self._shell.type("sinfo --version", PATIENCE).lines
        if not (found := RELEASE.search(" ".join(answer))):
            raise Broken("\n".join(["`sinfo --version` names no version of Slurm:", *answer[-5:]]))
        return found[0]

    def jobs(self) -> list[Job]:
        """Return the jobs in the queue."""
        return [Job(*cells) for cells in self._asked("squeue --me -h -r -o '%i|%T|%P|%r'", 4)]

    def _asked(self, command: str, cells: int) -> list[list[str]]:
        """Return what Slurm answers, in rows of so many cells; Broken if it doesn't, and goes on like that."""
        end = time.monotonic() + PATIENCE
        while (answer := self._shell.type(command, max(end - time.monotonic(), 1))).code != 0:
            if answer.code is None or time.monotonic() > end:
                raise Broken("\n".join([f"Slurm gives no answer to {command}", *answer.lines[-5:]]))
            time.sleep(1)
        return [line.split("|", cells - 1) for line in answer.lines if line.count("|") >= cells - 1]

    def wait(self, command: str, limit: float, to_compare: bool = True) -> bool:
        """Wait as a learner does before this bare command; False if that takes longer than so many seconds.

        Before squeue, a learner waits only if what comes out is to be compared. Broken as soon as there is no hope.
        """
        end = time.monotonic() + limit
        self._looked, self._bad_since = 0.0, None
        at_once = bool(AT_ONCE.search(command))
        looks = to_compare and LOOKS.search(command)
        done = self._come_to_rest(end) if looks else at_once or self._all_ended(end)
        self._submitted = at_once or not done
        return done

    def settle(self, limit: float) -> bool:
        """Wait for the end of all jobs, and until the accounting knows of all; False after so many seconds.

        Here nobody asks whether a command has submitted any: it may have been a script, and its jobs short.
        """
        self._submitted = True
        return self.wait("true", limit)

    def _all_ended(self, end: float) -> bool:
        """Wait until no job waits or runs, and the accounting knows what became of each."""
        begin = time.monotonic()
        while jobs := self.jobs():
            self._submitted = True
            if all(reason_of(job) in FOR_A_PERSON for job in jobs):
                break
            self._check(jobs)
            if time.monotonic() > end:
                return False
            # A question costs the machine something, and the jobs need it, too.
            time.sleep(min(STEP + (time.monotonic() - begin) / 20, LONG))
        before: set[tuple[str, ...]] = set()
        since = time.monotonic()
        while self._submitted and (missing := self._unaccounted()):
            if missing != before:
                before, since = missing, time.monotonic()
            elif time.monotonic() - since > MENDS:
                rows = [f"{job} {state} {name}" for job, state, name in sorted(missing)]
                raise Broken("\n".join(["the accounting does not hear of what the controller says of jobs:", *rows]))
            if time.monotonic() > end:
                return False
            time.sleep(STEP)
        return True

    def hope(self) -> None:
        """Broken if a job can't start or end because of the cluster: then what waits for it waits for ever."""
        self._check(self.jobs())

    def _check(self, jobs: list[Job]) -> None:
        """Broken if one of these jobs can't start or end because of the cluster."""
        held = [job for job in jobs if reason_of(job) in HELD]
        if held:
            raise self._broken("jobs are held, and only an administrator releases them", held)
        if not jobs or time.monotonic() - self._looked < LOOK:
            return
        self._looked = time.monotonic()
        nodes = [Node(*cells) for cells in self._asked("sinfo -h -N -o '%R|%N|%T'", 3)]
        stuck = [job for job in jobs if may_lack_nodes(job, nodes)]
        drained = [job for job in stuck if all(node.drained for node in nodes_of(job, nodes))]
        if drained:
            raise self._broken("jobs can't start, because all nodes are drained", drained)
        stuck += self._lost(nodes)
        if not stuck:
            self._bad_since = None
        elif self._bad_since is None:
            self._bad_since = self._looked
        elif self._looked - self._bad_since > MENDS:
            raise self._broken("jobs can't go on, because nodes are gone and do not come back", stuck)

    def _lost(self, nodes: list["Node"]) -> list[Job]:
        """Return the jobs on nodes that do not answer. The controller notices that later, and starts them anew."""
        gone = ",".join(sorted({node.name for node in nodes if node.gone}))
        if not gone:
            return []
        rows = self._asked(f"squeue --me -h -r -t RUNNING,COMPLETING -w {gone} -o '%i|%T|%P|%r'", 4)
        return [Job(*cells) for cells in rows]

    def _broken(self, why: str, jobs: list[Job]) -> Broken:
        """Return the error that says why: with what squeue and sinfo say, and the ends of the jobs' logs."""
        rows = [f"{job.id} {job.state} {job.reason}" for job in jobs]
        more = [f"and {len(rows) - LOGS} more"] if len(rows) > LOGS else []
        reasons = self._shell.type("sinfo -R", BRIEF).lines
        logs = []
        for job in jobs[:LOGS]:
            for line in self._shell.type(f"scontrol show job --oneliner {shlex.quote(job.id)}", BRIEF).lines[:1]:
                logs.append(self._log(dict(re.findall(r"(\w+)=(\S+)", line))))
        said = [f"the cluster is broken: {why}", "$ squeue", *rows[:LOGS], *more, "$ sinfo -R", *reasons, *logs]
        return Broken("\n".join(said))

    def end_all(self) -> None:
        """End all jobs of the learner's."""
        self._shell.type("scancel --me", PATIENCE)

    def _unaccounted(self) -> set[tuple[str, ...]]:
        """Return the jobs and tasks of which the accounting lacks what the controller says: (id, state, name).

        It hears of jobs a little later. Until then sacct lacks a short job, calls it "allocation", or has a row for an
        array and none for its tasks.
        """
        told = self._rows("squeue --me --states=all -h -o '%i|%T|%j'")
        # Asked without ids, it leaves out the jobs that could never start.
        ids = ",".join(sorted({array_of(job) for job, _, _ in told}))
        known = self._rows(f"sacct -X -n -P --jobs={ids} -o JobID,State,JobName") if told else set()
        # Where scancel was given no id, the tasks that had waited are just the array to the controller.
        return told - known - {(array_of(job), state, name) for job, state, name in known if "[" in job}

    def _rows(self, command: str) -> set[tuple[str, ...]]:
        """Return what a command says of jobs: (id, state, name)."""
        # "CANCELLED by 1000" is CANCELLED
        return {(job, state.partition(" ")[0], name) for job, state, name in self._asked(command, 3)}

    def failed(self) -> list[tuple[str, str, str]]:
        """Return the jobs that have failed: (id, state, name)."""
        rows = self._rows("sacct -X -n -P -S now-1days -o JobID,State,JobName")
        return sorted((job, state, name) for job, state, name in rows if state not in FINE)

    def _come_to_rest(self, end: float) -> bool:
        """Wait until the scheduler has looked at every job, and the queue stays the same for a moment."""
        before: list[Job] | None = None
        since = 0.0
        while time.monotonic() < end:
            now = self.jobs()
            self._submitted |= bool(now)
            if now != before or not rests(now):
                before, since = now, time.monotonic()
                self._check(now)
            elif time.monotonic() - since >= STILL:
                return True
            time.sleep(STEP)
        return False

    def logs(self, since: float) -> str:
        """Return the ends of the logs of jobs that ended since a moment (in seconds since 1970), failed ones first."""
        answer = self._shell.type(f"date -d @{since:.0f} +%FT%T; scontrol show job --oneliner", PATIENCE).lines
        found = []
        for line in answer[1:]:
            said = dict(re.findall(r"(\w+)=(\S+)", line))
            state = said.get("JobState", "")
            if state not in ("RUNNING", "PENDING") and said.get("EndTime", "") >= answer[0]:
                found.append((state in FINE, self._log(said)))
        return "\n".join(text for _, text in sorted(found, key=lambda one: one[0])[:LOGS])

    def _log(self, said: dict[str, str]) -> str:
        """Return the last lines of the log of a job, of which scontrol has said this."""
        log = said.get("StdOut", "")
        tail = self._shell.type(f"tail -n 5 {shlex.quote(log)} 2>/dev/null", BRIEF).lines if log else []
        return "\n".join([f"job {said.get('JobId')}: {said.get('JobState')}, {log or 'no log'}", *tail])


@dataclass(frozen=True)
class Node:
    """A node of a partition; one of several partitions is there several times."""

    partition: str
    name: str
    state: str

    @property
    def drained(self) -> bool:
        """Tell whether it starts no job any more, until an administrator does something."""
        return self.state.startswith(("drain", "fail", "inval"))

    @property
    def gone(self) -> bool:
        """Tell whether it does not answer, or not yet."""
        return not self.drained and (
            self.state.endswith("*") or self.state.startswith(("down", "unk", "err", "no_resp"))
        )


def array_of(job: str) -> str:
    """Return the id of the array of a task, as "12" for "12_3"; the id of any other job."""
    return job.partition("_")[0]


def reason_of(job: Job) -> str:
    """Return why a job waits, in the same letters in all versions of Slurm."""
    return re.sub(r"[^a-z]", "", job.reason.lower()) if job.state == "PENDING" else ""


def nodes_of(job: Job, nodes: list[Node]) -> list[Node]:
    """Return the nodes on which a job may start."""
    return [node for node in nodes if node.partition in job.partition.split(",")]


def may_lack_nodes(job: Job, nodes: list[Node]) -> bool:
    """Tell whether a job waits for nodes that are drained or gone. Where some are left, its reason says so."""
    if job.state != "PENDING" or reason_of(job) in NOT_FOR_NODES:
        return False
    own = nodes_of(job, nodes)
    bad = [node for node in own if node.drained or node.gone]
    return bool(bad) and (len(bad) == len(own) or reason_of(job).startswith(UNAVAILABLE))


def standing_still(blocks: Sequence[Transcript]) -> Still:
    """Return where jobs stand still, on a page with these blocks: from their submission to the last look at them.

    Where the output of a look is only shown, nobody minds what it is.
    """
    groups: list[list[tuple[Transcript, int]]] = [[]]
    for block in blocks:
        for number, command in enumerate(block.commands):
            # Before any other command than these, a learner waits for the end of jobs.
            needs_jobs = NEEDS_JOBS.search(command.bare)
            if needs_jobs or not AT_ONCE.search(command.bare):
                groups.append([])
            if not needs_jobs:
                groups[-1].append((block, number))
    still = Still()
    for group in groups:
        looks = [place for place, (block, number) in enumerate(group) if shows_running(block, number)]
        if looks:
            # Another command than these may be a script that submits jobs.
            begin = [place for place, (block, number) in enumerate(group) if may_submit(block.commands[number])]
            still.first.add(group[min([*begin, looks[0]])])
            still.last.add(group[looks[-1]])
    return still


def may_submit(command: Command) -> bool:
    """Tell whether there may be more jobs after this command."""
    return bool(SUBMITS.search(command.bare)) or not AT_ONCE.search(command.bare)


def shows_running(block: Transcript, number: int) -> bool:
    """Tell whether the page shows jobs that run below this command, and that is compared."""
    command = block.commands[number]
    return block.compared and bool(LOOKS.search(command.bare)) and any(map(RUNNING.search, command.output))


def rests(jobs: list[Job]) -> bool:
    """Tell whether the scheduler has looked at all of these jobs: nothing happens until one of them ends."""
    pending = [reason_of(job) for job in jobs if job.state == "PENDING"]
    if any(job.state not in ("PENDING", "RUNNING") for job in jobs):
        return False
    # What depends on a job that is gone starts, or is never satisfied, at the scheduler's next look.
    if "dependency" in pending and all(reason in FOR_A_PERSON | {"dependency"} for reason in pending):
        return len(pending) < len(jobs)
    return all(reason in LASTING for reason in pending)
