"""How a reader waits for jobs: until they have ended before looking at results, until they have started before squeue.

Only Slurm is asked, nothing of the pages: https://slurm.schedmd.com/squeue.html and sacct.html.
"""

import re
import time

from walk.shell import Shell

# What is typed while jobs wait or run. Before anything else, a reader waits for their end.
AT_ONCE = re.compile(r"\b(?:sbatch|squeue|scancel)\b")
LOOKS = re.compile(r"\bsqueue\b")
# For these reasons a job waits until a person does something: nobody waits for its end.
FOR_A_PERSON = {
    "DependencyNeverSatisfied", "JobHeldAdmin", "JobHeldUser", "PartitionTimeLimit", "PartitionNodeLimit",
    "AssociationJobLimit", "AssocGrpCpuLimit", "InvalidAccount", "InvalidQOS",
}  # fmt: skip
LASTING = FOR_A_PERSON | {"Dependency", "Resources", "Priority", "JobArrayTaskLimit", "BeginTime"}
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
        lines = self._shell.type("squeue --me -h -r -o '%i|%T|%r'", 60).lines
        rows = [line.split("|", 2) for line in lines if line.count("|") >= 2]
        return [(job, state, reason.strip("()")) for job, state, reason in rows]

    def wait(self, command: str, limit: float) -> bool:
        """Wait as a reader does before this command; False if that takes longer than so many seconds."""
        end = time.monotonic() + limit
        at_once = bool(AT_ONCE.search(command))
        done = self._come_to_rest(end) if LOOKS.search(command) else at_once or self._all_ended(end)
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
        ids = ",".join(sorted({job.partition("_")[0] for job, _, _ in told}))
        return told - self._rows(f"sacct -X -n -P --jobs={ids} -o JobID,State,JobName") if told else told

    def _rows(self, command: str) -> set[tuple[str, ...]]:
        """What a command says of jobs: (id, state, name)."""
        lines = [line.split("|", 2) for line in self._shell.type(command, 60).lines if line.count("|") >= 2]
        return {(job, state.partition(" ")[0], name) for job, state, name in lines}  # "CANCELLED by 1000" is CANCELLED

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

    def failed_logs(self, since: float) -> str:
        """The last lines of the logs of the jobs that failed since a moment, in seconds of the clock on the wall."""
        lines = self._shell.type("scontrol show job --oneliner", 60).lines
        found = []
        for line in lines:
            said = dict(re.findall(r"(\w+)=(\S+)", line))
            ended = said.get("EndTime", "") >= time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(since))
            if ended and said.get("JobState") not in ("COMPLETED", "RUNNING", "PENDING", "CANCELLED"):
                log = said.get("StdOut", "")
                tail = self._shell.type(f"tail -n 5 '{log}'", 10).lines if "'" not in log else []
                found.append("\n".join([f"job {said.get('JobId')}: {said.get('JobState')}, {log}", *tail]))
        return "\n".join(found)


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
