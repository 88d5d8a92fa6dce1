"""A shell on a terminal of its own, as a learner has it: a command goes in, its output and its exit code come out."""

import re
import signal
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pexpect

from walk import holder
from walk.errors import Broken, WalkError

BASH = ["bash", "--norc", "--noprofile", "--noediting", "-i"]
WIDTH, HEIGHT = 100, 24  # of the terminal, in characters
# What moves the cursor in a line or erases there, a colour, or a character.
MOVE = re.compile(r"\x1b\[(?P<erase>[0-2]?)K|(?P<colour>\x1b\[[\d;]*m)|.", re.DOTALL)
HOPE = 2  # seconds between two questions whether there is hope
GRACE = 60  # seconds that the shell may take to come back after its command was ended
START = 60  # seconds that a shell may take to start
MOST = 10_000_000  # characters that a command may print: no page shows as much


class Ended(Exception):
    """The shell is gone: the command has ended it, or somebody else has."""


@dataclass(frozen=True)
class Result:
    """What a command printed, in lines without blanks at their ends, and its exit code; None: it took too long."""

    lines: list[str]
    code: int | None


class Shell:
    """An interactive bash, started by a command that takes it as its last arguments; WalkError if it isn't.

    The command holds it: see holder.py.
    """

    def __init__(self, start: list[str], **options):
        program, *arguments = [*start, *BASH]
        mark = uuid.uuid4().hex
        self._prompt = rf"walk-{mark} (\d+)\r?\n"
        try:
            # Nothing is echoed: what is typed is on the page already.
            self._process = pexpect.spawn(
                program, arguments, echo=False, dimensions=(HEIGHT, WIDTH), encoding="utf-8", codec_errors="replace",
                timeout=None, maxread=65536, searchwindowsize=200, **options,
            )  # fmt: skip
        except pexpect.ExceptionPexpect:
            raise WalkError(f"{program}: No such file or directory") from None
        self._process.delaybeforesend = None
        self._process.ptyproc.delayafterclose = self._process.ptyproc.delayafterterminate = 0
        try:
            # Set anew each time: an environment of Python that is activated changes the prompt.
            prompt = rf"_walk_prompt() {{ PS1='walk-{mark} $?\n' PS2=; }}; PROMPT_COMMAND=_walk_prompt HISTFILE="
            self._holder = self._started(f"{prompt}; echo $PPID")
        except BaseException:
            self.close()
            raise

    def _started(self, first: str) -> int:
        """Wait until the shell has started, and return the number of the process that holds it, as the shell has it."""
        try:
            lines = self.type(first, START).lines
        except Ended:
            lines = in_lines(self._process.before or "")
            raise WalkError(lines[-1] if lines else "a shell does not start") from None
        if not lines or not lines[-1].rpartition(" ")[2].isdigit():
            raise WalkError(": ".join(["a shell does not start", *lines[-1:]]))
        return int(lines[-1].rpartition(" ")[2])

    def type(self, text: str, limit: float, hope: Callable[[], None] | None = None) -> Result:
        """Run a command and wait for its end, at most so many seconds; Ended if that ends the shell.

        Meanwhile `hope` is asked now and then: it raises an error if there is no use in waiting any longer.
        """
        end = time.monotonic() + limit
        try:
            self._process.send(f"{text}\n")
            code = self._wait(end, hope)
        except (OSError, pexpect.EOF):
            raise Ended from None
        return Result(in_lines(self._process.before), code)

    def _wait(self, end: float, hope: Callable[[], None] | None = None) -> int | None:
        """Wait for the prompt; return the exit code, or None when the time is over, or far too much was printed."""
        while True:
            left = end - time.monotonic()
            wait = max(min(left, HOPE), 0)
            if self._process.expect([self._prompt, pexpect.TIMEOUT], wait) == 0:
                return int(self._process.match[1])
            if left <= 0 or len(self._process.before) > MOST:
                return None
            if hope:
                hope()

    def recover(self, helper: "Helper | None") -> bool:
        """End what the shell runs, and all it has started; False if the shell does not come back then.

        In a cluster another shell must help: only there the holder has the number that the shell knows.
        """
        end = time.monotonic() + GRACE
        while time.monotonic() < end:  # in a row of commands, the next one may hang too
            if helper:
                helper.type(f"kill -USR1 {self._holder}", GRACE)
            else:
                self._process.kill(signal.SIGUSR1)
            try:
                if self._wait(time.monotonic() + 1) is not None:
                    return True
            except (OSError, pexpect.EOF):
                return False
        return False

    def close(self) -> None:
        """End the shell with all that it has started, and wait until that is gone; WalkError if something is left."""
        process, done = self._process, 1
        try:
            process.send("exit 2>/dev/null\nexit\n")  # it asks twice where a command is stopped
            done = process.expect([pexpect.EOF, pexpect.TIMEOUT], 1)
            if done:
                process.kill(signal.SIGTERM)
                done = process.expect([pexpect.EOF, pexpect.TIMEOUT], GRACE + holder.PATIENCE)
        except OSError:  # it has ended
            done = 0
        finally:
            process.close(force=True)
        if done:
            raise WalkError("a shell had to be killed, and what it has started may be left")
        if process.exitstatus == holder.LEFT:
            raise WalkError("processes are left that this user may not end")


class Helper:
    """A shell of the walk's own, which the pages know nothing of: where it has ended or hangs, a new one goes on."""

    def __init__(self, start: Callable[[], Shell]):
        self._start = start
        self._shell: Shell | None = start()

    def type(self, text: str, limit: float) -> Result:
        """Run a command that may be asked twice, and wait for its end, at most so many seconds."""
        for _ in range(2):
            self._shell = self._shell or self._start()
            try:
                result = self._shell.type(text, limit)
            except Ended:
                self.close()
                continue
            if result.code is None:
                self.close()
            return result
        raise Broken(f"a shell of the walk's own ends at once when it is asked: {text}")

    def close(self) -> None:
        """End the shell."""
        shell, self._shell = self._shell, None
        if shell:
            shell.close()


def in_lines(output: str) -> list[str]:
    """Return what a terminal shows, in lines without blanks at their ends, and without empty ones at its own.

    Colours are left out.
    """
    lines = [seen(line.removesuffix("\r")).rstrip() for line in output.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def seen(line: str) -> str:
    """Return what a terminal shows of a line that was written over, as a bar of progress is, or erased."""
    if not re.search(r"[\r\b\x1b]", line):
        return line.expandtabs()
    cells: list[str] = []
    place = 0
    for match in MOVE.finditer(line):
        if match[0] in "\r\b\t":
            place = {"\r": 0, "\b": max(place - 1, 0), "\t": place + 8 - place % 8}[match[0]]
        elif match["erase"] is not None:
            first, end = {"1": (0, place + 1), "2": (0, len(cells))}.get(match["erase"], (place, len(cells)))
            cells[first:end] = " " * len(cells[first:end])
        elif not match["colour"]:
            cells += " " * (place + 1 - len(cells))
            cells[place] = match[0]
            place += 1
    return "".join(cells)
