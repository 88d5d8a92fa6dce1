"""How a reader waits for jobs: until they have ended before looking at results, until they have started before squeue.

Only Slurm is asked, nothing of the pages: https://slurm.schedmd.com/squeue.html and sacct.html.
"""

import re
import shlex
import time

from walk.errors import Wrong
from walk.shell import Shell

# What is typed while jobs wait or run. Before anything else, a reader waits for their end.
BEGIN = r"(?:^|[;&|({]|\bdo\b|\bthen\b)\s*"  # of a command, where others stand before it
AT_ONCE = re.compile(BEGIN + r"(?:sbatch|squeue|scancel)\b", re.MULTILINE)
LOOKS = re.compile(BEGIN + r"squeue\b", re.MULTILINE)
# For these reasons a job waits until a person does something: nobody waits for its end.
FOR_A_PERSON = {
    "DependencyNeverSatisfied", "JobHeldAdmin", "JobHeldUser", "PartitionTimeLimit", "PartitionNodeLimit",
    "AssociationJobLimit", "AssocGrpCpuLimit", "InvalidAccount", "InvalidQOS",
}  # fmt: skip
LASTING = FOR_A_PERSON | {"Dependency", "Resources", "Priority", "JobArrayTaskLimit", "BeginTime"}
FINE = {"PENDING", "RUNNING", "COMPLETING", "COMPLETED", "CANCELLED"}
PATIENCE = 60  # seconds that Slurm may take to answer
LOGS = 4  # of so many jobs are shown
STEP = 0.2  # seconds between two questions
STILL = 1.0  # seconds in which the queue must not change


class Queue:
    """The reader's jobs, asked about in a shell of its own."""

    def __init__(self, shell: Shell):
        self._shell = shell
        self._submitted = False  # may there be jobs whose end nobody has waited for?
        self._disregarded = set()  # rows of jobs that the accounting does not know and need not know

    def jobs(self) -> list[tuple[str, str, str]]:
        """The jobs in the queue: (id, state, reason)."""
        rows = self._asked("squeue --me -h -r -o '%i|%T|%r'")
        return [(job, state, reason.strip("()")) for job, state, reason in rows]

    def _asked(self, command: str) -> list[list[str]]:
        """What Slurm answers, in rows of three cells; Wrong if it doesn't."""
        answer = self._shell.type(command, PATIENCE)
        if answer.code != 0:
            raise Wrong("\n".join([f"Slurm gives no answer to {command}", *answer.lines]))
        return [line.split("|", 2) for line in answer.lines if line.count("|") >= 2]

    def wait(self, command: str, limit: float, to_compare: bool = True) -> bool:
        """Wait as a reader does before this command; False if that takes longer than so many seconds.

        Before squeue, a reader waits only if what comes out is to be compared.
        """
        end = time.monotonic() + limit
        at_once = bool(AT_ONCE.search(command))
        looks = to_compare and LOOKS.search(command)
        done = self._come_to_rest(end) if looks else at_once or self._all_ended(end)
        self._submitted = at_once or not done
        return done

    def _all_ended(self, end: float) -> bool:
        """Wait until no job waits or runs, and the accounting knows what became of each."""
        while jobs := self.jobs():
            self._submitted = True
            if all(for_a_person(reason) for _, _, reason in jobs):
                break
            if time.monotonic() > end:
                return False
            time.sleep(STEP)
        while self._submitted and not self._accounted():
            if time.monotonic() > end:
                return False
            time.sleep(STEP)
        return True

    def _accounted(self) -> bool:
        """Does the accounting, which hears of jobs a little later, say of every job and task what the controller says?

        Until then sacct lacks a short job, calls it "allocation", or has a row for an array and none for its tasks.
        """
        return self._unaccounted() <= self._disregarded

    def disregard(self) -> None:
        """From now on, don't wait for the accounting of jobs that it does not know now: it was made to forget them."""
        self._disregarded = self._unaccounted()

    def _unaccounted(self) -> set[tuple[str, ...]]:
        """The jobs and tasks of which the accounting does not say what the controller says: (id, state, name)."""
        told = self._rows("squeue --me --states=all -h -o '%i|%T|%j'")
        # Asked without ids, it leaves out the jobs that could never start.
        ids = ",".join(sorted({array_of(job) for job, _, _ in told}))
        return told - self._rows(f"sacct -X -n -P --jobs={ids} -o JobID,State,JobName") if told else told

    def _rows(self, command: str) -> set[tuple[str, ...]]:
        """What a command says of jobs: (id, state, name)."""
        # "CANCELLED by 1000" is CANCELLED
        return {(job, state.partition(" ")[0], name) for job, state, name in self._asked(command)}

    def failed(self) -> list[tuple[str, str, str]]:
        """The jobs that have failed: (id, state, name)."""
        rows = self._rows("sacct -X -n -P -S now-1days -o JobID,State,JobName")
        return sorted((job, state, name) for job, state, name in rows if state not in FINE)

    def _come_to_rest(self, end: float) -> bool:
        """Wait until the scheduler has looked at every job, and the queue stays the same for a moment."""
        before, since = None, 0.0
        while time.monotonic() < end:
            now = self.jobs()
            self._submitted |= bool(now)
            if now != before or not rests(now):
                before, since = now, time.monotonic()
            elif time.monotonic() - since >= STILL:
                return True
            time.sleep(STEP)
        return False

    def logs(self, since: float) -> str:
        """The last lines of the logs of the jobs that ended since a moment, seconds since 1970; failed ones first."""
        answer = self._shell.type(f"date -d @{since:.0f} +%FT%T; scontrol show job --oneliner", PATIENCE).lines
        found = []
        for line in answer[1:]:
            said = dict(re.findall(r"(\w+)=(\S+)", line))
            state, log = said.get("JobState", ""), said.get("StdOut", "")
            if state in ("RUNNING", "PENDING") or said.get("EndTime", "") < answer[0]:
                continue
            tail = self._shell.type(f"tail -n 5 {shlex.quote(log)}", PATIENCE).lines
            found.append((state in FINE, "\n".join([f"job {said.get('JobId')}: {state}, {log}", *tail])))
        return "\n".join(text for _, text in sorted(found, key=lambda one: one[0])[:LOGS])


def array_of(job: str) -> str:
    """The id of the array of a task, as "12" for "12_3"; the id of any other job."""
    return job.partition("_")[0]


def for_a_person(reason: str) -> bool:
    """Does a job that waits for this reason wait for somebody who does something?"""
    return reason in FOR_A_PERSON


def rests(jobs: list[tuple[str, str, str]]) -> bool:
    """Has the scheduler looked at all of these jobs, so that nothing happens until one of them ends?"""
    pending = [reason for _, state, reason in jobs if state == "PENDING"]
    if any(state not in ("PENDING", "RUNNING") for _, state, _ in jobs):
        return False
    # What depends on a job that is gone starts, or is never satisfied, at the scheduler's next look.
    if "Dependency" in pending and all(reason in FOR_A_PERSON | {"Dependency"} for reason in pending):
        return len(pending) < len(jobs)
    return all(reason in LASTING for reason in pending)
