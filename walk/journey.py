"""One reader: types every transcript of the pages in their order, makes the edits, and compares what comes out."""

import base64
import difflib
import shlex
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

from extensions.blocks import Block, commands, edited
from walk import compare
from walk.errors import Wrong
from walk.inventory import EDIT, TRANSCRIPT, Inventory
from walk.shell import Ended, Result
from walk.slurm import Queue, array_of

LIMIT = 600  # seconds that jobs may take to end after the last command of a page
START = 60  # seconds that a shell may take to start, and to go to a folder
HOME = "/home/learner"  # what the pages say where this walk has the reader's home


@dataclass
class Outcome:
    """What became of a block: what each of its commands printed, and what is wrong with that, if anything."""

    block: Block
    results: list[Result] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    differs: list[int] = field(default_factory=list)  # numbers of the commands whose output is not the page's
    failed: bool = False  # is there more wrong than outputs, so that these are not to be recorded?
    logs: str = ""  # the last lines of the logs of jobs that ended meanwhile, if something is wrong
    seconds: float = 0.0

    def report(self) -> str:
        """All there is to say about what is wrong; nothing if all is right."""
        return "\n\n".join([*self.wrong, self.logs] if self.logs else self.wrong)


class Journey:
    """A walk through pages that goes only as far as it is asked to go; use it in `with`, which ends it."""

    def __init__(self, inventory: Inventory, place, pages: list[str] | None = None):
        names = [page.name for page in inventory.pages]
        self._inventory, self._place = inventory, place
        walked = inventory.of(TRANSCRIPT, EDIT)
        self._last = {block.page: block for block in walked}
        self._blocks = [block for block in walked if block.page in (names if pages is None else pages)]
        self._ids = compare.Ids()
        self._told: set[str] = set()  # jobs that failed, as an output said
        self._steps = self._walk()
        self._outcomes: list[Outcome] = []
        self._shell = self._helper = self._queue = None

    def __enter__(self) -> "Journey":
        self._place.start()
        try:
            self._helper = self._place.shell()
            self._shell = self._place.shell()
            self._queue = Queue(self._helper) if self._place.has_slurm else None
            bundle = self._inventory.config.walk_bundle
            if bundle:
                path = self._inventory.source / bundle
                self._place.put(path.name, path.read_bytes())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception) -> None:
        with ExitStack() as stack:  # whatever goes wrong, from the last to the first
            stack.callback(self._place.stop)
            for shell in (self._helper, self._shell):
                if shell:
                    stack.callback(shell.close)
            if self._shell and self._helper:
                with suppress(Ended):
                    self._shell.end_children(self._helper)

    def outcome(self, block: Block) -> Outcome:
        """Walk up to a block, if it wasn't reached yet, and say what became of it."""
        number = self._blocks.index(block)
        while len(self._outcomes) <= number:
            self._outcomes.append(next(self._steps))
        return self._outcomes[number]

    def __iter__(self) -> Iterator[Outcome]:
        for block in self._blocks:
            yield self.outcome(block)

    def _walk(self) -> Iterator[Outcome]:
        """Do one block after the other."""
        for block in self._blocks:
            outcome = Outcome(block)
            begin, wall = time.monotonic(), time.time()
            try:
                if block.kind == EDIT:
                    self._edit(block, outcome)
                else:
                    self._type(block, outcome)
                if self._queue and block == self._last[block.page]:
                    self._look_back(outcome)
            except Wrong as wrong:
                self._fail(outcome, f"{block.place}: {wrong}")
            except Ended:
                self._fail(outcome, f"{block.place}: the shell has ended here; a new one goes on")
                self._shell.close()
                self._shell = self._place.shell()
            if outcome.wrong and self._queue:
                outcome.logs = self._queue.logs(wall)
            outcome.seconds = time.monotonic() - begin
            yield outcome

    def _look_back(self, outcome: Outcome) -> None:
        """At the end of a page: has a job failed, and no output of a command said so?"""
        outputs = [result.lines for one in (*self._outcomes, outcome) for result in one.results]
        if not self._queue.wait("true", LIMIT):
            self._fail(outcome, f"{outcome.block.place}: at the end of the page, jobs still wait or run")
        for job, state, name in self._queue.failed():
            if job not in self._told:
                self._told.add(job)
                if not any(compare.says(lines, array_of(job), name, state) for lines in outputs):
                    said = f"job {job} ({name}) has ended {state}, and no output on the page says so"
                    self._fail(outcome, f"{outcome.block.place}: {said}")

    @staticmethod
    def _fail(outcome: Outcome, why: str) -> None:
        """Something is wrong that is no output."""
        outcome.wrong.append(why)
        outcome.failed = True

    def _type(self, block: Block, outcome: Outcome) -> None:
        """Type the commands of a transcript in its folder."""
        folder = block.options["folder"]
        if folder == ".":  # nothing is typed that the reader does not type: "$?" and "cd -" may be asked for
            self._type_commands(block, outcome)
            return
        before = self._shell.type("pwd", START).lines
        gone = self._shell.type(f"cd {shlex.quote(folder)}", START)
        if gone.code:
            self._fail(outcome, "\n".join([f"{block.place}: can't go to its folder", *gone.lines]))
            return
        self._type_commands(block, outcome)
        self._shell.type(f"cd {shlex.quote(before[-1])}", START)

    def _type_commands(self, block: Block, outcome: Outcome) -> None:
        """Type command after command, and compare."""
        options = block.options
        end = time.monotonic() + options["limit"]
        compared = options["output"] == "compared"
        for number, command in enumerate(commands(block.text)):
            place = f"{block.page}.md:{block.line + command.line}: $ {command.text}"
            left = max(end - time.monotonic(), 1)
            if self._queue and not self._queue.wait(command.text, left, to_compare=compared):
                self._fail(outcome, f"{place}\njobs still wait or run after {options['limit']} seconds")
                self._helper.type("scancel --me", START)
            result = self._shell.type(command.text, max(end - time.monotonic(), 1))
            outcome.results.append(self._at_home(result))
            if result.code is None:
                why = f"has not ended after {options['limit']} seconds, or prints far too much, and was killed"
                self._fail(outcome, f"{place}\n{why}")
                if not self._shell.recover(self._helper):
                    raise Ended
                break
            if result.code != options["exit"][number]:
                said = "\n".join(outcome.results[-1].lines[-20:])
                self._fail(outcome, f"{place}\nexit code {result.code} instead of {options['exit'][number]}\n{said}")
            shown = [line.rstrip() for line in command.output]
            got = outcome.results[-1].lines
            if compared and not compare.same(shown, got, self._ids):
                outcome.differs.append(number)
                outcome.wrong.append(f"{place}\n{difference(shown, got)}")

    def _at_home(self, result: Result) -> Result:
        """The result with the reader's home where the pages have it."""
        if self._place.home == HOME:
            return result
        return Result([line.replace(self._place.home, HOME) for line in result.lines], result.code)

    def _edit(self, block: Block, outcome: Outcome) -> None:
        """Make the change that the page asks for, and look at what came out."""
        file, wanted = block.options["file"], block.options["result"]
        try:
            new = edited(self._read(file), block.text)
        except ValueError as error:
            self._fail(outcome, f"{block.place}: {file} can't be edited: {error}")
            return
        coded = base64.b64encode(new.encode()).decode()
        written = self._shell.type(f"base64 -d >{shlex.quote(file)} <<<{coded}", START)
        if written.code or self._read(file) != new:
            self._fail(outcome, "\n".join([f"{block.place}: {file} can't be written", *written.lines]))
            return
        if wanted:
            listing = (self._inventory.source / wanted).read_text(encoding="utf-8")
            if listing != new:
                changed = difference(listing.splitlines(), new.splitlines())
                self._fail(outcome, f"{block.place}: the edited {file} is not {wanted}\n{changed}")

    def _read(self, file: str) -> str:
        """The text of a file of the reader's; ValueError if it can't be read."""
        there = self._shell.type(f"base64 <{shlex.quote(file)}", START)
        if there.code:
            raise ValueError("\n".join(there.lines))
        return base64.b64decode("".join(there.lines)).decode()


def difference(shown: list[str], got: list[str]) -> str:
    """What the page shows and what came out, for a person."""
    lines = difflib.unified_diff(shown, got, "the page shows", "the walk got", n=2, lineterm="")
    return "\n".join(lines)
