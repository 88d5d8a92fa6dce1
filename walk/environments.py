"""Where pages are walked: on a cluster that the walk starts itself, in a sandbox of this host, or on the host."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from walk import holder
from walk.collect import Site
from walk.errors import WalkError
from walk.shell import START, Shell

HOLDER = Path(holder.__file__)
HELD = [sys.executable, "-IS", str(HOLDER)]  # begins a command on this host that leaves nothing
NAME = "PRACTICE_CLUSTER_NAME"  # the variable that says which of the clusters of this host is meant
# Seconds that a verb of the cluster may take, but for `up`, which may have to fetch packages. Beside four other walks,
# `down` was not done with a home of many files after 120.
LIMIT = 600
# Lives on when the walk is killed, and sees that by the end of what it reads; a word dismisses it.
AT_THE_END = ["sh", "-c", 'read -r word; test -z "$word" || exit 0; exec "$@"', "sh"]
# Begins a command that is asked to end when the walk is killed.
ASKED = f"""
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl({holder.SET_PDEATHSIG}, signal.SIGTERM)
try:
    os.execvp(sys.argv[1], sys.argv[1:])
except OSError as error:
    sys.exit(sys.argv[1] + ": " + error.strerror)
"""
UNTIL_KILLED = [sys.executable, "-IS", "-c", ASKED] if holder.LINUX else []


class Sandbox:
    """A new folder of this host, as the home of a learner; for pages without a cluster."""

    has_slurm = False

    def __init__(self, name: str):
        self.name = name
        self.home = ""
        self._gone: AtTheEnd | None = None

    def start(self) -> None:
        """Make the folder."""
        self.home = str(Path(tempfile.mkdtemp(prefix="walk-")).resolve())
        self._gone = AtTheEnd(["rm", "-rf", "--", self.home], dict(os.environ))

    def shell(self) -> Shell:
        """Start a shell of the learner."""
        environment = {"PATH": os.environ["PATH"], "HOME": self.home, "LANG": "C.UTF-8", "TERM": "dumb"}
        return Shell(HELD, cwd=self.home, env=environment)

    def put(self, name: str, content: bytes) -> None:
        """Write a file into the learner's home."""
        Path(self.home, name).write_bytes(content)

    def stop(self) -> None:
        """Remove the folder."""
        gone, self._gone = self._gone, None
        if gone:
            gone.now()


class Cluster:
    """A practice cluster: a command with the verbs up, run and down, which has python3 where it runs something.

    One that is up already is somebody else's.
    """

    has_slurm = True
    home = "/home/learner"

    def __init__(self, command: Path, name: str):
        self.name = name
        self._command = words(command)
        self._environment = os.environ | {NAME: name, "TERM": "dumb"}
        self._down: AtTheEnd | None = None

    def start(self) -> None:
        """Start the cluster; WalkError if it can't be started, or is up already."""
        down = AtTheEnd([*self._command, "down"], self._environment)
        try:
            self._do("up", limit=None)
        except WalkError:  # `up` has left nothing, or it is somebody else's
            down.dismiss()
            raise
        except BaseException:  # it may have been up in the moment of the interrupt
            down.now()
            raise
        self._down = down

    def shell(self) -> Shell:
        """Start a shell of the learner."""
        held = ["python3", "-IS", "-c", HOLDER.read_text(encoding="utf-8")]
        return Shell([*self._command, "run", *held], env=self._environment)

    def put(self, name: str, content: bytes) -> None:
        """Write a file into the learner's home."""
        self._do("run", "bash", "-c", 'cat >"$1"', "bash", name, content=content)

    def _do(self, *verb: str, content: bytes = b"", limit: int | None = LIMIT) -> None:
        """Run a verb of the command to its end; WalkError, with its last line, if it fails."""
        process = started([*UNTIL_KILLED, *self._command, *verb], self._environment)
        try:
            finish(process, f"{self._command[-1]} {verb[0]}", content, limit)
        except BaseException:
            ask_to_end(process)
            raise

    def stop(self) -> None:
        """End the cluster, if this walk started it."""
        down, self._down = self._down, None
        if down:
            down.now()


Environment = Sandbox | Cluster


class Host:
    """This host itself, in the folder of the site's source: for what is typed beside the cluster, not in it.

    A cluster that is started there has a name of its own, and ends with it.
    """

    def __init__(self, site: Site, name: str):
        command = site.config.walk_cluster
        environment = os.environ | {NAME: f"{name}-machine", "LANG": "C.UTF-8", "TERM": "dumb"}
        self._down = AtTheEnd([*words(site.source / command), "down"], environment) if command else None
        self._shell: Shell | None = None
        try:
            self._shell = Shell(HELD, cwd=str(site.source), env=environment)
            # Who may start clusters without a password is root already, and may have no `sudo`.
            self._shell.type('sudo() { "$@"; }', START)
        except BaseException:
            self.stop()
            raise

    @property
    def shell(self) -> Shell:
        """Return the shell that stays."""
        assert self._shell
        return self._shell

    def stop(self) -> None:
        """End the shell with all that it has started, and a cluster that was started in it."""
        down, self._down = self._down, None
        try:
            if self._shell:
                self._shell.close()
        finally:
            if down:
                down.now()


class AtTheEnd:
    """A command that runs at the end of a walk: when it is asked for, or when the walk is killed."""

    def __init__(self, command: list[str], environment: dict[str, str]):
        self._name = " ".join(command[-2:])
        self._process = started([*AT_THE_END, *command], environment)

    def now(self) -> None:
        """Run the command, to its end also when the walk is interrupted; WalkError, with its last line, if it fails."""
        try:
            self._finish()
        except KeyboardInterrupt:
            self._finish()
            raise

    def dismiss(self) -> None:
        """Leave the command undone."""
        self._process.communicate(b"done already\n")

    def _finish(self) -> None:
        try:
            finish(self._process, self._name, b"", LIMIT)
        except WalkError:
            ask_to_end(self._process)
            raise


def environment_of(site: Site, name: str = "") -> Environment:
    """Return where the pages of a site are walked; a cluster has a name, which by default is this process's own."""
    command, name = site.config.walk_cluster, name or f"walk-{os.getpid()}"
    return Cluster(site.source / command, name) if command else Sandbox(name)


def words(command: Path) -> list[str]:
    """Return the words of a command that may be a Python file which nobody may execute."""
    return [str(command)] if os.access(command, os.X_OK) else [sys.executable, str(command)]


def started(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a command that Ctrl-C does not reach: the walk ends it; WalkError if it can't be started."""
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(command, env=environment, start_new_session=True, stdin=pipe, stdout=pipe, stderr=pipe)
    except OSError as error:
        raise WalkError(f"{error.filename}: {error.strerror}") from None


def finish(process: subprocess.Popen[bytes], name: str, content: bytes, limit: int | None) -> None:
    """Give a command what it reads, and wait for its end; WalkError, with its last line, if it fails or takes too long.

    `limit` is in seconds.
    """
    try:
        output, errors = process.communicate(content, timeout=limit)
    except subprocess.TimeoutExpired:
        raise WalkError(f"{name} has not ended after {limit} seconds") from None
    if process.returncode:
        lines = (errors.strip() or output.strip()).decode(errors="replace").splitlines()
        raise WalkError(lines[-1] if lines else f"{name} has failed")


def ask_to_end(process: subprocess.Popen[bytes]) -> None:
    """Let a command end what it has begun; it is killed if that takes too long."""
    process.terminate()
    try:
        process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
