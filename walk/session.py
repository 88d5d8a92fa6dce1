"""A session of a learner: types every transcript of the pages in their order, makes the edits, and compares."""

import base64
import difflib
import re
import shlex
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property

from walk.collect import Site
from walk.compare import Comparison, Match
from walk.environments import Environment, Host
from walk.errors import Broken, WalkError
from walk.model import Command, Edit, Transcript, edited
from walk.shell import START, Ended, Helper, Result, Shell
from walk.slurm import Queue, Still, standing_still

LIMIT = 600  # seconds that jobs may take to end after the last command of a page
HOME = "/home/learner"  # what the pages say where this session has the learner's home


@dataclass
class Outcome:
    """What became of a block: what each command printed, what of that the page shows, and what is wrong."""

    block: Transcript | Edit
    results: list[Result] = field(default_factory=list)
    matches: list[Match | None] = field(default_factory=list)  # of each command; None where the output is another one
    wrong: list[str] = field(default_factory=list)
    failed: bool = False  # is there more wrong than outputs, so that these are not to be recorded?
    logs: str = ""  # the last lines of the logs of jobs that ended meanwhile, if something is wrong
    skipped: str = ""  # why it was not typed

    def fail(self, why: str) -> None:
        """Note what is wrong that is no output."""
        self.wrong.append(why)
        self.failed = True

    def report(self) -> str:
        """Return all there is to say about what is wrong; nothing if all is right."""
        return "\n\n".join([*self.wrong, self.logs] if self.logs else self.wrong)


class Session:
    """A walk through pages that goes only as far as it is asked to go; use it in `with`, which ends it.

    Asked for a block, it types what the block's page needs, and no other page. `pages` are those that may be walked, by
    default all.
    """

    def __init__(self, site: Site, environment: Environment, pages: list[str] | None = None):
        self._site, self._environment = site, environment
        self._last = {block.page: block for block in site.walked}
        self._blocks = [block for block in site.walked if pages is None or block.page in pages]
        self._comparison = Comparison(site.rules)
        self._told: set[str] = set()  # jobs that failed, as an output that the page shows has said
        self._typed: set[Transcript | Edit] = set()
        self.outcomes: list[Outcome] = []
        self._shell: Shell | None = None
        self._helper: Helper | None = None
        self._queue: Queue | None = None
        self._host: Host | None = None
        self._host_comparison = Comparison(site.rules)  # a cluster that is started there counts its own jobs
        self._stills: dict[str, Still] = {}
        self._at = ""  # the location that the learner is at
        self._broken_at = ""  # from there on, nothing can be walked

    def __enter__(self) -> "Session":
        try:
            self._environment.start()
            if self._environment.has_slurm:
                self._helper = Helper(self._environment.shell)
                self._queue = Queue(self._helper)
            self._shell = self._environment.shell()
            if self._site.config.walk_bundle:
                path = self._site.source / self._site.config.walk_bundle
                try:
                    self._environment.put(path.name, path.read_bytes())
                except OSError as error:
                    raise WalkError(f"{error.filename}: {error.strerror}") from None
        except BaseException as error:
            self.__exit__(None, error, None)
            raise
        return self

    def __exit__(self, _kind, error: BaseException | None, _traceback) -> None:
        """End all there is, whatever goes wrong; that is said, and does not hide what went wrong before."""
        said: list[str] = []

        def attempt(end) -> None:
            try:
                end()
            except WalkError as wrong:
                said.append(str(wrong))

        with ExitStack() as stack:  # from the last to the first
            stack.callback(attempt, self._environment.stop)
            for one in (self._helper, self._shell):
                if one:
                    stack.callback(attempt, one.close)
            if self._host:
                stack.callback(attempt, self._host.stop)
        if said and error is None:
            raise WalkError("\n".join(said))
        if error is not None:
            for line in said:
                error.add_note(line)

    def up_to(self, block: Transcript | Edit) -> list[Outcome]:
        """Walk up to a block, if it wasn't reached yet; return what became of the blocks that are new."""
        needed, reached = self._site.needed(block.page), self._blocks[: self._blocks.index(block) + 1]
        before = [one for one in reached if one.page in needed and one not in self._typed]
        for one in before:
            self.outcomes.append(Outcome(one))
            self._step(one, self.outcomes[-1])
        return self.outcomes[len(self.outcomes) - len(before) :]

    def __iter__(self) -> Iterator[Outcome]:
        for block in self._blocks:
            yield from self.up_to(block)

    def _step(self, block: Transcript | Edit, outcome: Outcome) -> None:
        """Do a block, whatever became of those before it."""
        wall = time.time()
        self._typed.add(block)
        self._at = block.location
        try:
            if self._broken_at:
                raise WalkError(f"not walked, because the walk could not go on at {self._broken_at}")
            self._do(block, outcome)
            if outcome.wrong and self._queue:
                outcome.logs = self._queue.logs(wall)
        except WalkError as wrong:
            outcome.fail(f"{self._at}: {wrong}")
            if isinstance(wrong, Broken):
                self._broken_at = self._at
        except BaseException as error:
            outcome.fail(f"{self._at}: not walked to its end: {error!r}")
            raise

    def _do(self, block: Transcript | Edit, outcome: Outcome) -> None:
        """Do a block, and at the end of its page look back; Broken if the walk can't go on."""
        try:
            if isinstance(block, Edit):
                self._edit(block, outcome)
            elif block.slurm and self._release not in block.slurm:
                here = f"Slurm {self._release}" if self._release else "no Slurm"
                outcome.skipped = f"{block.location}: for {block.slurm}; here is {here}"
            else:
                self._type(block, outcome)
        except Ended:
            outcome.fail(f"{block.location}: the shell has ended here")
            self._new_shell(block)
        except Broken:
            raise
        except WalkError as wrong:
            outcome.fail(f"{self._at}: {wrong}")
        if outcome.failed and self._queue:
            self._queue.freezer.off()
        if block == self._last[block.page]:
            self._leave_host()
            if self._queue:
                self._look_back(outcome, self._queue)

    @cached_property
    def _release(self) -> str:
        """Return the version of Slurm, as "24.11"; "" without a cluster. It is asked once, if a block wants to know."""
        return self._queue.release() if self._queue else ""

    def _new_shell(self, block: Transcript | Edit) -> None:
        """Go on in another shell, with nothing that the old one knew; Broken if there is none."""
        if isinstance(block, Transcript) and block.on_host:
            self._leave_host()
            return
        try:
            self._learner().close()
            self._shell = None
            self._shell = self._environment.shell()
        except WalkError as wrong:
            raise Broken(str(wrong)) from None

    def _learner(self) -> Shell:
        """Return the learner's shell."""
        assert self._shell, "a session is used in `with`"
        return self._shell

    def _on_host(self) -> Shell:
        """Return the shell on the host, which stays through the page."""
        if not self._host:
            self._host = Host(self._site, self._environment.name)
            self._host_comparison = Comparison(self._site.rules)
        return self._host.shell

    def _leave_host(self) -> None:
        """End what was started on the host."""
        host, self._host = self._host, None
        if host:
            host.stop()

    def _look_back(self, outcome: Outcome, queue: Queue) -> None:
        """Fail, at the end of a page, if a job has failed and no output that the page shows says so."""
        location = outcome.block.location
        if not queue.settle(LIMIT):
            outcome.fail(f"{location}: at the end of the page, jobs still wait or run")
        for job, state, name in queue.failed():
            if job not in self._told:
                self._told.add(job)
                said = f"job {job} ({name}) has ended {state}, and no output on the page says so of this id"
                outcome.fail(f"{location}: {said}")

    def _type(self, block: Transcript, outcome: Outcome) -> None:
        """Type command after command, and compare."""
        shell = self._on_host() if block.on_host else self._learner()
        # On the host, commands have nothing to do with the learner's jobs.
        queue = None if block.on_host else self._queue
        end = time.monotonic() + block.limit
        still = self._still(block.page) if queue else Still()
        for number, command in enumerate(block.commands):
            self._at = f"{block.page}.md:{block.line + command.line}"
            location = f"{self._at}: $ {command.text}"
            left = max(end - time.monotonic(), 1)
            if queue and not queue.wait(command.bare, left, to_compare=block.compared):
                outcome.fail(f"{location}\njobs still wait or run after {block.limit} seconds")
                queue.end_all()
            if queue and (block, number) in still.first:
                queue.freezer.on()
            result = shell.type(command.text, max(end - time.monotonic(), 1), queue.hope if queue else None)
            if queue and (block, number) in still.last:
                queue.freezer.off()
            outcome.results.append(self._at_home(result))
            if result.code is None:
                why = f"has not ended after {block.limit} seconds, or prints far too much, and was killed"
                outcome.fail(f"{location}\n{why}")
                if not shell.recover(None if block.on_host else self._helper):
                    raise Ended
                break
            self._check(block, command, outcome, location)

    def _still(self, page: str) -> Still:
        """Return where on a page jobs stand still."""
        if page not in self._stills:
            blocks = [block for block in self._site.of(Transcript) if block.page == page and not block.on_host]
            self._stills[page] = standing_still(
                [block for block in blocks if not block.slurm or self._release in block.slurm]
            )
        return self._stills[page]

    def _check(self, block: Transcript, command: Command, outcome: Outcome, location: str) -> None:
        """Compare the exit code and the output of the last command with the page."""
        result = outcome.results[-1]
        if result.code != command.exit:
            said = "\n".join(result.lines[-20:])
            outcome.fail(f"{location}\nexit code {result.code} instead of {command.exit}\n{said}")
        shown = command.shown
        if not block.compared:
            if any(shown) and words(shown).isdisjoint(words(result.lines)):
                outcome.fail(f"{location}\nno word that is shown was printed\n{difference(shown, result.lines)}")
            return
        comparison = self._host_comparison if block.on_host else self._comparison
        match = comparison.match(shown, result.lines)
        outcome.matches.append(match)
        if match is None:
            outcome.wrong.append(f"{location}\n{difference(shown, result.lines)}")
            match = comparison.itself(result.lines)  # the difference tells of its jobs, or will be written
        if not block.on_host:
            self._told |= match.bad_jobs

    def _at_home(self, result: Result) -> Result:
        """Return the result with the learner's home where the pages have it."""
        return Result([line.replace(self._environment.home, HOME) for line in result.lines], result.code)

    def _edit(self, block: Edit, outcome: Outcome) -> None:
        """Make the change that the page asks for, and look at what came out."""
        file = block.file
        try:
            new = edited(self._read(file), block.text)
        except ValueError as error:
            outcome.fail(f"{block.location}: {file} can't be edited: {error}")
            return
        coded = base64.encodebytes(new.encode()).decode()
        written = self._learner().type(f"base64 -d >{shlex.quote(file)} <<'END'\n{coded}END", START)
        if written.code != 0 or self._read(file) != new:
            outcome.fail("\n".join([f"{block.location}: {file} can't be written", *written.lines]))
        elif block.result:
            try:
                listing = (self._site.source / block.result).read_text(encoding="utf-8")
            except (OSError, UnicodeError) as error:
                outcome.fail(f"{block.location}: {block.result} can't be read: {error}")
                return
            if listing != new:
                changed = difference(listing.splitlines(), new.splitlines())
                outcome.fail(f"{block.location}: the edited {file} is not {block.result}\n{changed}")

    def _read(self, file: str) -> str:
        """Return the text of a file of the learner's; ValueError if it can't be read."""
        there = self._learner().type(f"base64 <{shlex.quote(file)}", START)
        if there.code != 0:
            raise ValueError("\n".join(there.lines))
        return base64.b64decode("".join(there.lines)).decode()


def words(lines: list[str]) -> set[str]:
    """Return the words of an output; all numbers are one."""
    return set(re.sub(r"[0-9]+", "0", " ".join(lines)).split())


def difference(shown: list[str], got: list[str]) -> str:
    """Return what the page shows and what came out, for a person."""
    lines = difflib.unified_diff(shown, got, "the page shows", "the walk got", n=2, lineterm="")
    return "\n".join(lines)
