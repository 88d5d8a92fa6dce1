"""A shell that stays: commands go in one after the other, and what each printed comes out, with its exit code."""

import os
import re
import selectors
import signal
import subprocess
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from walk import holder
from walk.errors import Broken, Wrong

# The commands come through the shell's standard input, each ended by a zero byte; what they start sees an empty
# one. As in a terminal, aliases are expanded, and `$?` is the exit code of the command before.
LOOP = r"""
shopt -s expand_aliases
exec 9<&0 </dev/null 2>&1
export COLUMNS=80
_walk_code=0 _walk_count=0
while IFS= read -r -d '' -u 9 _walk_typed; do
    (exit "$_walk_code"); eval "$_walk_typed" 9<&-
    _walk_code=$?
    printf '\n%s %d %d\n' "$_walk_mark" "$((++_walk_count))" "$_walk_code"
done
"""
HOPE = 2  # seconds between two questions whether there is hope
GRACE = 60  # seconds that the shell may take to come back after its command was ended
START = 60  # seconds that a shell may take to start
MOST = 10_000_000  # bytes that a command may print: no page shows as much


class Ended(Exception):
    """The shell is gone: the command has ended it, or somebody else has."""


@dataclass(frozen=True)
class Result:
    """What a command printed, in lines without blanks at their ends, and its exit code; None: it took too long."""

    lines: list[str]
    code: int | None


class Shell:
    """A bash, started by a command that takes its script as the last argument, as `bash -c` does; Wrong if it isn't.

    The command holds it: see holder.py.
    """

    def __init__(self, start: list[str], **options):
        self._mark = f"walk-{uuid.uuid4().hex}"
        script = f"_walk_mark={self._mark}\n{LOOP}"
        try:
            self._process = subprocess.Popen(
                [*start, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0,
                start_new_session=True, **options,
            )  # fmt: skip
        except OSError as error:
            raise Wrong(f"{error.filename}: {error.strerror}") from None
        assert self._process.stdin and self._process.stdout
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._stdout, selectors.EVENT_READ)
        self._rest = bytearray()
        self._count = 0  # commands that were typed
        try:
            self._holder = self._started()
        except BaseException:
            self.close()
            raise

    def _started(self) -> int:
        """Wait until the shell has started, and return the number of the process that holds it, as the shell has it."""
        try:
            lines = self.type("echo $PPID", START).lines
        except Ended:
            lines = in_lines(self._rest)
            raise Wrong(lines[-1] if lines else "a shell does not start") from None
        if not lines or not lines[-1].isdigit():
            raise Wrong(": ".join(["a shell does not start", *lines[-1:]]))
        return int(lines[-1])

    def type(self, text: str, limit: float, hope: Callable[[], None] | None = None) -> Result:
        """Run a command and wait for its end, at most so many seconds; Ended if that ends the shell.

        Meanwhile `hope` is asked now and then: it raises an error if there is no use in waiting any longer.
        """
        end = time.monotonic() + limit
        with suppress(BrokenPipeError):  # then there is an end to be read
            self._stdin.write(text.encode() + b"\0")
        self._count += 1
        output, code = self._read(end, hope)
        return Result(in_lines(output), code)

    def _read(self, end: float, hope: Callable[[], None] | None = None) -> tuple[bytes, int | None]:
        """Read until the mark of the last command, or until the time is over, or far too much was printed."""
        any_mark = rb"\n%s %%s (\d+)\n" % self._mark.encode()
        mark = re.compile(any_mark % (b"%d" % self._count))
        looked = 0
        while not (found := mark.search(self._rest, max(looked - 100, 0))):  # a mark may come in two parts
            looked = len(self._rest)
            left = end - time.monotonic()
            if left <= 0 or looked > MOST:
                everything, self._rest = bytes(self._rest), bytearray()
                return everything, None
            if not self._selector.select(min(left, HOPE) if hope else left):
                if hope:
                    hope()
                continue
            block = os.read(self._stdout.fileno(), 65536)
            if not block:
                raise Ended
            self._rest += block
        output, code = bytes(self._rest[: found.start()]), int(found[1])
        self._rest = self._rest[found.end() :]
        # What a command before this one, that took too long, has printed since.
        return re.split(any_mark % rb"\d+", output)[-1], code

    def recover(self, helper: "Helper | None") -> bool:
        """End what the shell runs, and all it has started; False if the shell does not come back then.

        In a cluster another shell must help: only there the holder has the number that the shell knows.
        """
        end = time.monotonic() + GRACE
        while time.monotonic() < end:  # in a row of commands, the next one may hang too
            if helper:
                helper.type(f"kill -USR1 {self._holder}", GRACE)
            else:
                self._process.send_signal(signal.SIGUSR1)
            try:
                if self._read(time.monotonic() + 1)[1] is not None:
                    return True
            except Ended:
                return False
        return False

    def close(self) -> None:
        """End the shell with all that it has started, and wait until that is gone; Wrong if something is left."""
        try:
            self._stdin.close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
            self._process.terminate()
            try:
                self._process.wait(GRACE + holder.PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
                raise Wrong("a shell had to be killed, and what it has started may be left") from None
            if self._process.returncode == holder.LEFT:
                raise Wrong("processes are left that this user may not end")
        finally:
            self._selector.close()
            self._stdout.close()


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


def in_lines(output: bytes | bytearray) -> list[str]:
    """What was printed, in lines without blanks at their ends, and without empty ones at its own."""
    lines = [line.rstrip() for line in output.decode(errors="replace").replace("\r\n", "\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines
