"""Where a walk is walked: on a cluster that it starts itself, in a new folder of this machine, or beside both."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from walk import holder
from walk.errors import Wrong
from walk.shell import START, Shell

HOLDER = Path(holder.__file__)
HELD = [sys.executable, "-IS", str(HOLDER), "bash", "-c"]  # a shell on this machine; its script comes next
NAME = "PRACTICE_CLUSTER_NAME"  # the variable that says which of the clusters of this machine is meant
LIMIT = 120  # seconds that a verb of the cluster may take, but for `up`, which may have to fetch packages
# Lives on when the walk is killed, and sees that by the end of what it reads.
AT_THE_END = ["sh", "-c", 'cat >/dev/null; exec "$@"', "sh"]


class Folder:
    """A new folder of this machine, as the home of a reader; for pages without a cluster."""

    has_slurm = False

    def __init__(self, name: str):
        self.name = name
        self._folder: Path | None = None

    def start(self) -> None:
        """Make the folder."""
        self._folder = Path(tempfile.mkdtemp(prefix="walk-")).resolve()

    def shell(self) -> Shell:
        """A new shell of the reader."""
        environment = {"PATH": os.environ["PATH"], "HOME": self.home, "LANG": "C.UTF-8", "TERM": "dumb"}
        return Shell(HELD, cwd=self._folder, env=environment)

    def put(self, name: str, content: bytes) -> None:
        """Write a file into the reader's home."""
        Path(self.home, name).write_bytes(content)

    @property
    def home(self) -> str:
        """The reader's home, as paths in outputs say it."""
        return str(self._folder)

    def stop(self) -> None:
        """Remove the folder."""
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


class Cluster:
    """A practice cluster: a command with the verbs up, run and down, which has python3 where it runs something.

    One that is up already is somebody else's.
    """

    has_slurm = True
    home = "/home/learner"

    def __init__(self, command: Path, name: str):
        self.name = name
        self._command = words(command)
        self._environment = os.environ | {NAME: name}
        self._end: End | None = None

    def start(self) -> None:
        """Start the cluster; Wrong if it can't be started, or is up already."""
        self._do("up", limit=None)
        self._end = End([*self._command, "down"], self._environment)

    def shell(self) -> Shell:
        """A new shell of the reader."""
        held = ["python3", "-IS", "-c", HOLDER.read_text(encoding="utf-8"), "bash", "-c"]
        return Shell([*self._command, "run", *held], env=self._environment)

    def put(self, name: str, content: bytes) -> None:
        """Write a file into the reader's home."""
        self._do("run", "bash", "-c", 'cat >"$1"', "bash", name, content=content)

    def _do(self, *verb: str, content: bytes = b"", limit: int | None = LIMIT) -> None:
        """Run a verb of the command to its end; Wrong, with its last line, if it fails."""
        process = started([*self._command, *verb], self._environment)
        try:
            output, errors = process.communicate(content, timeout=limit)
        except BaseException as error:
            ask_to_end(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise Wrong(f"{self._command[-1]} {verb[0]} has not ended after {limit} seconds") from None
            raise
        if process.returncode:
            raise Wrong(last_line(errors) or last_line(output) or f"{self._command[-1]} {verb[0]} has failed")

    def stop(self) -> None:
        """End the cluster, if this walk started it."""
        end, self._end = self._end, None
        if end:
            end.now()


class Machine:
    """This machine itself, in the folder of the site's source: for what is typed beside the cluster, not in it.

    A cluster that is started there has a name of its own, and ends with the place.
    """

    def __init__(self, inventory, name: str):
        command = inventory.config.walk_cluster
        environment = os.environ | {NAME: f"{name}-machine", "LANG": "C.UTF-8", "TERM": "dumb"}
        self._end = End([*words(inventory.source / command), "down"], environment) if command else None
        self._shell: Shell | None = None
        try:
            self._shell = Shell(HELD, cwd=inventory.source, env=environment)
            # Who may start clusters without a password is root already, and may have no `sudo`.
            self._shell.type('sudo() { "$@"; }', START)
        except BaseException:
            self.stop()
            raise

    @property
    def shell(self) -> Shell:
        """The shell that stays."""
        assert self._shell
        return self._shell

    def stop(self) -> None:
        """End the shell with all that it has started, and a cluster that was started in it."""
        end, self._end = self._end, None
        try:
            if self._shell:
                self._shell.close()
        finally:
            if end:
                end.now()


class End:
    """A command that runs at the end of a walk: when it is asked for, or when the walk is killed."""

    def __init__(self, command: list[str], environment: dict[str, str]):
        self._command = command
        self._process = started([*AT_THE_END, *command], environment)

    def now(self) -> None:
        """Run the command; Wrong, with its last line, if it fails."""
        try:
            output, errors = self._process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            ask_to_end(self._process)
            raise Wrong(f"{' '.join(self._command[-2:])} has not ended after {LIMIT} seconds") from None
        if self._process.returncode:
            raise Wrong(last_line(errors) or last_line(output) or f"{' '.join(self._command[-2:])} has failed")


def of(inventory, name: str = "") -> Folder | Cluster:
    """Where the pages of a site are walked; the cluster has a name, which by default is this process's own."""
    command, name = inventory.config.walk_cluster, name or f"walk-{os.getpid()}"
    return Cluster(inventory.source / command, name) if command else Folder(name)


def words(command: Path) -> list[str]:
    """A command that may be a Python file which nobody may execute."""
    return [str(command)] if os.access(command, os.X_OK) else [sys.executable, str(command)]


def started(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a command that Ctrl-C does not reach: the walk ends it, or lets it end; Wrong if it can't be started."""
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(command, env=environment, start_new_session=True, stdin=pipe, stdout=pipe, stderr=pipe)
    except OSError as error:
        raise Wrong(f"{error.filename}: {error.strerror}") from None


def ask_to_end(process: subprocess.Popen) -> None:
    """Let a command end what it has begun; it is killed if that takes too long."""
    process.terminate()
    try:
        process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def last_line(output: bytes) -> str:
    """The last line that a command has printed; nothing if there is none."""
    return (output.decode(errors="replace").strip().splitlines() or [""])[-1]
