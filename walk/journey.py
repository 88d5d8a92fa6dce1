"""One reader: types every transcript of the pages in their order, makes the edits, and compares what comes out."""

import difflib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from extensions.blocks import Block, commands, edited
from walk import compare
from walk.inventory import EDIT, TRANSCRIPT, Inventory
from walk.shell import Ended, Result
from walk.slurm import Queue

START = 60  # seconds that a shell may take to start, and to go to a folder
HOME = "/home/learner"  # what the pages say where this walk has the reader's home


@dataclass
class Outcome:
    """What became of a block: what each of its commands printed, and what is wrong with that, if anything."""

    block: Block
    results: list[Result] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    differs: list[int] = field(default_factory=list)  # numbers of the commands whose output is not the page's
    seconds: float = 0.0


class Journey:
    """A walk through pages that goes only as far as it is asked to go; use it in `with`, which ends it."""

    def __init__(self, inventory: Inventory, place, pages: list[str] | None = None):
        names = [page.name for page in inventory.pages]
        self._inventory, self._place = inventory, place
        self._blocks = [b for b in inventory.of(TRANSCRIPT, EDIT) if b.page in (names if pages is None else pages)]
        self._ids = compare.Ids()
        self._steps = self._walk()
        self._outcomes: dict[str, Outcome] = {}
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
        for shell in (self._shell, self._helper):
            if shell:
                shell.close()
        self._place.stop()

    def outcome(self, block: Block) -> Outcome:
        """Walk up to a block, if it wasn't reached yet, and say what became of it."""
        while block.place not in self._outcomes:
            step = next(self._steps)
            self._outcomes[step.block.place] = step
        return self._outcomes[block.place]

    def __iter__(self) -> Iterator[Outcome]:
        for block in self._blocks:
            yield self.outcome(block)

    def _walk(self) -> Iterator[Outcome]:
        """Do one block after the other."""
        for block in self._blocks:
            outcome = Outcome(block)
            begin = time.monotonic()
            try:
                if block.kind == EDIT:
                    self._edit(block, outcome)
                else:
                    self._type(block, outcome)
            except Ended:
                outcome.wrong.append(f"{block.place}: the shell has ended here; a new one goes on")
                self._shell.close()
                self._shell = self._place.shell()
            outcome.seconds = time.monotonic() - begin
            yield outcome

    def _type(self, block: Block, outcome: Outcome) -> None:
        """Type the commands of a transcript."""
        options, wall = block.options, time.time()
        end = time.monotonic() + options["limit"]
        typed = commands(block.text)
        if options["folder"] != ".":
            self._shell.type(f"cd '{options['folder']}'", START)
        for number, command in enumerate(typed):
            place = f"{block.page}.md:{block.line + command.line}: $ {command.text}"
            compared = options["output"] == "compared"
            left = max(end - time.monotonic(), 1)
            if self._queue and compared and not self._queue.wait(command.text, left):
                outcome.wrong.append(f"{place}\njobs still wait or run after {options['limit']} seconds")
                self._helper.type("scancel --me", START)
            result = self._shell.type(command.text, max(end - time.monotonic(), 1))
            outcome.results.append(self._at_home(result))
            if result.code is None:
                outcome.wrong.append(f"{place}\nhas not ended after {options['limit']} seconds, and was killed")
                if not self._shell.recover(self._helper):
                    raise Ended
                break
            if result.code != options["exit"][number]:
                said = "\n".join(outcome.results[-1].lines[-20:])
                outcome.wrong.append(f"{place}\nexit code {result.code} instead of {options['exit'][number]}\n{said}")
            shown = [line.rstrip() for line in command.output]
            if compared and not compare.same(shown, outcome.results[-1].lines, self._ids):
                outcome.differs.append(number)
                outcome.wrong.append(f"{place}\n{difference(shown, outcome.results[-1].lines)}")
        if options["folder"] != ".":
            self._shell.type("cd - >/dev/null", START)
        if outcome.wrong and self._queue and (logs := self._queue.failed_logs(wall)):
            outcome.wrong.append(logs)

    def _at_home(self, result: Result) -> Result:
        """The result with the reader's home where the pages have it."""
        if self._place.home == HOME:
            return result
        lines = [line.replace(self._place.home, HOME) for line in result.lines]
        return Result(lines, result.code, result.seconds)

    def _edit(self, block: Block, outcome: Outcome) -> None:
        """Make the change that the page asks for, and look at what came out."""
        file, wanted = block.options["file"], block.options["result"]
        there = self._shell.type(f"cat '{file}'", START)
        try:
            if there.code:
                raise ValueError("\n".join(there.lines))
            new = edited("\n".join(there.lines), block.text)
        except ValueError as error:
            outcome.wrong.append(f"{block.place}: {file} can't be edited: {error}")
            return
        self._shell.type(f"cat >'{file}' <<'END OF FILE'\n{new}\nEND OF FILE", START)
        if wanted:
            listing = (self._inventory.source / wanted).read_text(encoding="utf-8").rstrip("\n")
            if listing != new:
                outcome.wrong.append(
                    f"{block.place}: the edited {file} is not {wanted}\n"
                    f"{difference(listing.splitlines(), new.splitlines())}"
                )


def difference(shown: list[str], got: list[str]) -> str:
    """What the page shows and what came out, for a person."""
    lines = difflib.unified_diff(shown, got, "the page shows", "the walk got", n=2, lineterm="")
    return "\n".join(lines)
