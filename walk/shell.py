"""A shell that stays: commands go in one after the other, and what each printed comes out, with its exit code."""

import os
import re
import selectors
import signal
import subprocess
import time
import uuid
from dataclasses import dataclass

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
# Ends all that a shell started, and lets the shell itself live: Ctrl-C of a reader whose command hangs.
END_CHILDREN = r"""
_walk_end() {
    local file line
    for file in /proc/[0-9]*/stat; do
        read -r line 2>/dev/null <"$file" || continue
        set -- "$1" ${line##*) }
        if [ "$3" = "$1" ]; then
            file=${file#/proc/}
            _walk_end "${file%/stat}"
            kill -KILL "${file%/stat}" 2>/dev/null
        fi
    done
}
_walk_end PID
"""
GRACE = 20  # seconds that the shell may take to come back after its command was ended
MOST = 10_000_000  # bytes that a command may print: no page shows as much


class Ended(Exception):
    """The shell is gone: the command has ended it, or somebody else has."""


@dataclass(frozen=True)
class Result:
    """What a command printed, in lines without blanks at their ends, and its exit code; None: it took too long."""

    lines: list[str]
    code: int | None


class Shell:
    """A bash, started by a command that takes its script as the last argument, as `bash -c` does."""

    def __init__(self, start: list[str], **options):
        self._mark = f"walk-{uuid.uuid4().hex}"
        script = f"_walk_mark={self._mark}\n{LOOP}"
        self._process = subprocess.Popen(
            [*start, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0,
            start_new_session=True, **options,
        )  # fmt: skip
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout, selectors.EVENT_READ)
        self._rest = bytearray()
        self._count = 0  # commands that were typed
        self.pid = int(self.type("echo $$", 60).lines[-1])

    def type(self, text: str, limit: float) -> Result:
        """Run a command and wait for its end, at most so many seconds; Ended if that ends the shell."""
        end = time.monotonic() + limit
        try:
            self._process.stdin.write(text.encode() + b"\0")
        except BrokenPipeError:
            raise Ended from None
        self._count += 1
        output, code = self._read(end)
        text = output.decode(errors="replace").replace("\r\n", "\n")
        lines = [line.rstrip() for line in text.split("\n")]
        while lines and not lines[-1]:
            lines.pop()
        return Result(lines, code)

    def _read(self, end: float) -> tuple[bytearray, int | None]:
        """Read until the mark of the last command, or until the time is over, or far too much was printed."""
        any_mark = rb"\n%s %%s (\d+)\n" % self._mark.encode()
        mark = re.compile(any_mark % (b"%d" % self._count))
        looked = 0
        while not (found := mark.search(self._rest, max(looked - 100, 0))):  # a mark may come in two parts
            looked = len(self._rest)
            left = end - time.monotonic()
            if left <= 0 or looked > MOST or not self._selector.select(left):
                output, self._rest = self._rest, bytearray()
                return output, None
            block = os.read(self._process.stdout.fileno(), 65536)
            if not block:
                raise Ended
            self._rest += block
        output, code = self._rest[: found.start()], int(found[1])
        self._rest = self._rest[found.end() :]
        # What a command before this one, that took too long, has printed since.
        return re.split(any_mark % rb"\d+", output)[-1], code

    def recover(self, helper: "Shell") -> bool:
        """End what the shell runs, with the help of another one; False if it does not come back then."""
        try:
            self.end_children(helper)
            return self._read(time.monotonic() + GRACE)[1] is not None
        except Ended:
            return False

    def end_children(self, helper: "Shell") -> None:
        """End all that the shell has started, in the background too, with the help of another shell."""
        helper.type(END_CHILDREN.replace("PID", str(self.pid)), GRACE)

    def close(self) -> None:
        """End the shell with all that it runs, and wait until it is gone."""
        self._process.stdin.close()
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._selector.close()
        self._process.stdout.close()
