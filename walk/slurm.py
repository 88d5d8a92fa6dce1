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
UNFINISHED = {"PENDING", "RUNNING", "COMPLETING", "REQUEUED"}
STEP = 0.2  # seconds between two questions
STILL = 1.0  # seconds in which the queue must not change


class Queue:
    """The reader's jobs, asked about in a shell of its own."""

    def __init__(self, shell: Shell):
        self._shell = shell
        self._submitted = False  # may there be jobs whose end nobody has waited for?

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
        """Wait until no job waits or runs, and the accounting knows it."""
        while jobs := self.jobs():
            self._submitted = True
            if all(for_a_person(reason) for _, _, reason in jobs):
                break
            if time.monotonic() > end:
                return False
            time.sleep(STEP)
        waiting = {array_of(job) for job, _, _ in jobs}
        while self._submitted and self._unfinished() - waiting:
            if time.monotonic() > end:
                return False
            time.sleep(STEP)
        return True

    def _unfinished(self) -> set[str]:
        """The ids of the jobs whose end the accounting does not know yet; of an array, its own."""
        lines = self._shell.type("sacct -X -n -P -o JobID,State,Partition", 60).lines
        rows = [line.split("|") for line in lines if line.count("|") == 2]
        # The end of a short job can be known before its name and its partition are.
        return {array_of(job) for job, state, partition in rows if state in UNFINISHED or not partition}

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
