"""One reader: types every transcript of the pages in their order, makes the edits, and compares what comes out."""

import base64
import difflib
import shlex
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from extensions.blocks import Block, commands, edited
from walk import compare
from walk.errors import Broken, Wrong
from walk.inventory import EDIT, TRANSCRIPT, Inventory
from walk.places import Machine
from walk.shell import START, Ended, Helper, Result, Shell
from walk.slurm import Queue, array_of, standing_still

LIMIT = 600  # seconds that jobs may take to end after the last command of a page
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
        self._shell: Shell | None = None
        self._helper: Helper | None = None
        self._queue: Queue | None = None
        self._machine: Machine | None = None
        self._machine_ids = compare.Ids()  # a cluster that is started there counts its own jobs
        self._at = ""  # the command or the block that the reader is at
        self._broken_at = ""  # from there on, nothing can be walked

    def __enter__(self) -> "Journey":
        try:
            self._place.start()
            if self._place.has_slurm:
                self._helper = Helper(self._place.shell)
                self._queue = Queue(self._helper)
            self._shell = self._place.shell()
            bundle = self._inventory.config.walk_bundle
            if bundle:
                path = self._inventory.source / bundle
                try:
                    content = path.read_bytes()
                except OSError as error:
                    raise Wrong(f"{error.filename}: {error.strerror}") from None
                self._place.put(path.name, content)
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
            except Wrong as wrong:
                said.append(str(wrong))

        with ExitStack() as stack:  # from the last to the first
            stack.callback(attempt, self._place.stop)
            for one in (self._helper, self._shell):
                if one:
                    stack.callback(attempt, one.close)
            if self._machine:
                stack.callback(attempt, self._machine.stop)
        if said and error is None:
            raise Wrong("\n".join(said))
        if error is not None:
            for line in said:
                error.add_note(line)

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
            self._at = block.place
            try:
                if self._broken_at:
                    raise Wrong(f"not walked, because the walk could not go on at {self._broken_at}")
                self._do(block, outcome)
                if outcome.wrong and self._queue:
                    outcome.logs = self._queue.logs(wall)
            except Wrong as wrong:
                self._fail(outcome, f"{self._at}: {wrong}")
                if isinstance(wrong, Broken):
                    self._broken_at = self._at
            outcome.seconds = time.monotonic() - begin
            yield outcome

    def _do(self, block: Block, outcome: Outcome) -> None:
        """Do a block, and at the end of its page look back; Broken if the walk can't go on."""
        try:
            if block.kind == EDIT:
                self._edit(block, outcome)
            else:
                self._type(block, outcome)
        except Ended:
            self._fail(outcome, f"{block.place}: the shell has ended here")
            self._new_shell(block)
        except Broken:
            raise
        except Wrong as wrong:
            self._fail(outcome, f"{self._at}: {wrong}")
        finally:
            if self._queue:
                self._queue.freezer.off()
        if block == self._last[block.page]:
            self._leave_machine()
            if self._queue:
                self._look_back(outcome)

    def _new_shell(self, block: Block) -> None:
        """Go on in another shell, with nothing that the old one knew; Broken if there is none."""
        if at_machine(block):
            self._leave_machine()
            return
        try:
            self._reader().close()
            self._shell = None
            self._shell = self._place.shell()
        except Wrong as wrong:
            raise Broken(str(wrong)) from None

    def _reader(self) -> Shell:
        """The reader's shell."""
        assert self._shell, "a journey is used in `with`"
        return self._shell

    def _jobs(self) -> Queue:
        """The reader's jobs, where there is a Slurm."""
        assert self._queue, "this place has no Slurm"
        return self._queue

    def _on_machine(self) -> Shell:
        """The shell on the machine itself, which stays through the page."""
        if not self._machine:
            self._machine = Machine(self._inventory, self._place.name)
            self._machine_ids = compare.Ids()
        return self._machine.shell

    def _leave_machine(self) -> None:
        """End what was started on the machine itself."""
        machine, self._machine = self._machine, None
        if machine:
            machine.stop()

    def _look_back(self, outcome: Outcome) -> None:
        """At the end of a page: has a job failed, and no output of a command said so?"""
        typed = [one for one in (*self._outcomes, outcome) if not at_machine(one.block)]
        outputs = [result.lines for one in typed for result in one.results]
        if not self._jobs().wait("true", LIMIT):
            self._fail(outcome, f"{outcome.block.place}: at the end of the page, jobs still wait or run")
        for job, state, name in self._jobs().failed():
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
        shell = self._on_machine() if at_machine(block) else self._reader()
        if folder == ".":  # nothing is typed that the reader does not type: "$?" and "cd -" may be asked for
            self._type_commands(block, outcome, shell)
            return
        before = shell.type("pwd", START)
        gone = shell.type(f"cd {shlex.quote(folder)}", START)
        if gone.code != 0 or not before.lines:
            self._fail(outcome, "\n".join([f"{block.place}: can't go to its folder", *gone.lines]))
            return
        self._type_commands(block, outcome, shell)
        shell.type(f"cd {shlex.quote(before.lines[-1])}", START)

    def _type_commands(self, block: Block, outcome: Outcome, shell: Shell) -> None:
        """Type command after command, and compare."""
        options = block.options
        end = time.monotonic() + options["limit"]
        compared = options["output"] == "compared"
        # On the machine, commands have nothing to do with the reader's jobs.
        queue, ids = (None, self._machine_ids) if at_machine(block) else (self._queue, self._ids)
        typed = commands(block.text)
        still = standing_still(typed) if queue and compared else range(0)
        for number, command in enumerate(typed):
            self._at = f"{block.page}.md:{block.line + command.line}"
            place = f"{self._at}: $ {command.text}"
            left = max(end - time.monotonic(), 1)
            if queue and not queue.wait(command.text, left, to_compare=compared):
                self._fail(outcome, f"{place}\njobs still wait or run after {options['limit']} seconds")
                queue.end_all()
            if queue and number in still[:1]:
                queue.freezer.on()
            result = shell.type(command.text, max(end - time.monotonic(), 1), queue.hope if queue else None)
            if queue and number in still[-1:]:
                queue.freezer.off()
            outcome.results.append(self._at_home(result))
            if result.code is None:
                why = f"has not ended after {options['limit']} seconds, or prints far too much, and was killed"
                self._fail(outcome, f"{place}\n{why}")
                if not shell.recover(None if at_machine(block) else self._helper):
                    raise Ended
                break
            if result.code != options["exit"][number]:
                said = "\n".join(outcome.results[-1].lines[-20:])
                self._fail(outcome, f"{place}\nexit code {result.code} instead of {options['exit'][number]}\n{said}")
            shown = [line.rstrip() for line in command.output]
            got = outcome.results[-1].lines
            if compared and not compare.same(shown, got, ids, self._inventory.rules):
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
        written = self._reader().type(f"base64 -d >{shlex.quote(file)} <<<{coded}", START)
        if written.code != 0 or self._read(file) != new:
            self._fail(outcome, "\n".join([f"{block.place}: {file} can't be written", *written.lines]))
            return
        if wanted:
            listing = (self._inventory.source / wanted).read_text(encoding="utf-8")
            if listing != new:
                changed = difference(listing.splitlines(), new.splitlines())
                self._fail(outcome, f"{block.place}: the edited {file} is not {wanted}\n{changed}")

    def _read(self, file: str) -> str:
        """The text of a file of the reader's; ValueError if it can't be read."""
        there = self._reader().type(f"base64 <{shlex.quote(file)}", START)
        if there.code != 0:
            raise ValueError("\n".join(there.lines))
        return base64.b64decode("".join(there.lines)).decode()


def at_machine(block: Block) -> bool:
    """Is the block typed on the machine itself, beside the cluster?"""
    return block.options.get("where") == "machine"


def difference(shown: list[str], got: list[str]) -> str:
    """What the page shows and what came out, for a person."""
    lines = difflib.unified_diff(shown, got, "the page shows", "the walk got", n=2, lineterm="")
    return "\n".join(lines)
