"""Run the learner's scripts as a learner does, in a folder like the downloaded bundle, and measure their lines."""

import contextlib
import fnmatch
import functools
import importlib.util
import math
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
CODE = REPOSITORY / "code"
COVERAGE_DATA = REPOSITORY / "_build" / "coverage" / ".coverage"
NOT_IN_THE_BUNDLE = shutil.ignore_patterns("__pycache__", ".*")

PAGE = 4096  # bytes: a tmpfs gives out room in pages

# A cities.csv that is not there (None) or damaged, and how the line begins with which a script refuses it.
DAMAGED_CITIES = [
    (None, "cannot read cities.csv: No such file or directory"),
    (b"Name\n", "cities.csv is damaged: its first line is not Name,Country,Latitude,Longitude"),
    (b"Name,Country,Latitude,Longitude\n", "cities.csv is damaged: there is no city in it"),
    (b"Name,Country,Latitude,Longitude\n\xf8,N,1,2\n", "cities.csv is damaged: it is not UTF-8 text"),
    (b"Name,Country,Latitude,Longitude\na,N,1\n", "cities.csv is damaged in line 2: "),
]

# Arguments: what kind of disk, the folder that becomes one, the disk's bytes, an outside folder for the disk, an
# outside folder for a copy of what is left; then the command.
IN_A_NAMESPACE = """
set -e
kind=$1 folder=$2 size=$3 disk=$4 left=$5
shift 5
here=$PWD
mount -t tmpfs -o size="$size" none "$disk"
mkdir "$disk/files"
cp -a "$folder/." "$disk/files/"
head -c 4096 /dev/zero > "$disk/filler"
mount --bind "$disk/files" "$folder"
if [ "$kind" = read-only ]; then
    mount -o remount,bind,ro "$folder"
fi
cd "$here"
set +e
"$@"
code=$?
cp -a "$disk/files/." "$left/"
exit $code
"""


def skip_or_fail(reason):
    """Skip the test on a laptop; fail where CI is set: there, nothing may be missing."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


def load(script):
    """Return a script of code/ as a module, for tests of one function; leaves no __pycache__ in code/."""
    spec = importlib.util.spec_from_file_location(Path(script).stem, CODE / script)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


@functools.cache
def namespace():
    """Return the command that starts another in a mount namespace of its own, None where that is not allowed."""
    for command in (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]):
        with contextlib.suppress(FileNotFoundError):
            test = [*command, "mount", "-t", "tmpfs", "none", "/tmp"]
            if subprocess.run(test, check=False, capture_output=True).returncode == 0:
                return command
    return None


def snapshot(folder):
    """Return {relative path: bytes} of every file below the folder, hidden ones included."""
    return {
        os.path.relpath(os.path.join(root, name), folder): Path(root, name).read_bytes()
        for root, _, names in os.walk(folder)
        for name in names
        if os.path.isfile(os.path.join(root, name))
    }


# Seconds after which something hangs: a busy machine takes fifty times as long as a quiet one, and fails no test by it.
HANG = 600


class Learner:
    """A working folder that starts as the bundle, and the ways to run a script of it.

    A script is named as on the pages, `python/long_code.py`; what runs is the file in the repository, with the folder
    as working folder, so that its lines are counted there. Every way takes env= (added to the environment), constants=
    (other values for constants at the script's top), timeout= in seconds.
    """

    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(CODE, folder, ignore=NOT_IN_THE_BUNDLE, dirs_exist_ok=True)

    def command(self, script, *args, constants=None):
        """Return the command that runs a script, under coverage if it is one of code/."""
        command: list[str | Path] = [sys.executable]
        if (CODE / script).is_relative_to(CODE):
            command += ["-m", "coverage", "run", "--rcfile", HERE / "coverage.ini"]
            command += ["--data-file", COVERAGE_DATA, f"--source={CODE}"]
        if constants:
            values = [f"{name}={value!r}" for name, value in constants.items()]
            command += [HERE / "run_with_constants.py", *values, "--"]
        return [str(part) for part in (*command, CODE / script, *args)]

    def start(self, script, *args, env=None, constants=None, before=()):
        """Start a script and return the running process; `before` is put before the command."""
        return subprocess.Popen(
            [*map(str, before), *self.command(script, *args, constants=constants)],
            cwd=self.folder,
            env=os.environ | {"PYTHONUNBUFFERED": "1"} | (env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def finish(self, process, timeout=HANG):
        """Wait for a started process and return it as a CompletedProcess; kill it when the time is up."""
        try:
            out, err = process.communicate(timeout=timeout)
        finally:
            self._kill(process)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def run(self, script, *args, timeout=HANG, check=False, **options):
        """Run a script to its end; with check=True it has to succeed and to say nothing on standard error."""
        done = self.finish(self.start(script, *args, **options), timeout)
        if check:
            assert (done.returncode, done.stderr) == (0, ""), f"{script} {shlex.join(map(str, args))}:\n{done.stderr}"
        return done

    def together(self, *calls, timeout=HANG, **options):
        """Run several calls, each (script, *arguments), at the same time; return them finished, in order."""
        processes = [self.start(*call, **options) for call in calls]
        try:
            return [self.finish(process, timeout) for process in processes]
        finally:
            for process in processes:
                self._kill(process)

    def interrupt(self, script, *args, after, timeout=HANG, **options):
        """Press Ctrl-C when a line that contains the text `after` was printed; return the finished process."""
        # A pytest in the background of a shell ignores SIGINT; what it starts must not.
        handler = signal.signal(signal.SIGINT, signal.default_int_handler)
        process = self.start(script, *args, **options)
        signal.signal(signal.SIGINT, handler)
        alarm = threading.Timer(timeout, self._kill, [process])
        alarm.start()
        try:
            printed = b""
            while after.encode() not in printed or not printed.endswith(b"\n"):
                new = os.read(process.stdout.fileno(), 65536)
                assert new, f"{script} ended before it printed {after!r}:\n{printed.decode()}{process.stderr.read()}"
                printed += new
            process.send_signal(signal.SIGINT)
            done = self.finish(process, timeout)
        finally:
            alarm.cancel()
            self._kill(process)
        done.stdout = printed.decode() + done.stdout
        return done

    def refuses(self, script, *args, leaves=(), timeout=HANG, **options):
        """Run a script that must refuse: exit code above 0, one line on standard error, no file changed or new.

        `leaves` are patterns of new files that are right nevertheless ("results/*.json"). Returns the line.
        """
        with self._unchanged(leaves):
            return self._refusal(self.run(script, *args, timeout=timeout, **options))

    def refuses_on_full_disk(self, folder, script, *args, free=0, **options):
        """As refuses, with the folder on a full disk: `free` bytes, rounded up to pages of 4096, can still be written.

        The folder is made if it isn't there; what it holds is on that disk as well. Afterwards the folder holds what
        the script left on the disk.
        """
        return self._refuses_on("full", folder, free, script, *args, **options)

    def refuses_on_read_only(self, folder, script, *args, **options):
        """As refuses, with the folder on a disk that can only be read."""
        return self._refuses_on("read-only", folder, 0, script, *args, **options)

    def _refuses_on(self, kind, folder, free, script, *args, leaves=(), **options):
        if namespace() is None:
            skip_or_fail("a full or read-only disk needs mount namespaces, which are not allowed here")
        folder = self.folder / folder
        folder.mkdir(parents=True, exist_ok=True)
        outside = self.folder.with_name(self.folder.name + "-disk")
        disk, left = outside / "disk", outside / "left"
        disk.mkdir(parents=True)
        left.mkdir()
        sizes = [free, *map(len, snapshot(folder).values())]
        size = PAGE + sum(math.ceil(size / PAGE) * PAGE for size in sizes)
        before = [*namespace(), "sh", "-c", IN_A_NAMESPACE, "sh", kind, folder, size, disk, left]
        try:
            with self._unchanged(leaves):
                done = self.run(script, *args, before=before, **options)
                for name in os.listdir(folder):
                    shutil.rmtree(folder / name) if (folder / name).is_dir() else (folder / name).unlink()
                shutil.copytree(left, folder, symlinks=True, dirs_exist_ok=True)
                return self._refusal(done)
        finally:
            shutil.rmtree(outside)

    def _kill(self, process):
        """End a process that still runs, with everything it started."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        for pipe in (process.stdout, process.stderr):
            pipe.close()

    def _refusal(self, done):
        assert done.returncode > 0, f"exit code {done.returncode}:\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        lines = done.stderr.splitlines()
        assert len(lines) == 1, f"not one line on standard error:\n{done.stderr}"
        return lines[0]

    @contextlib.contextmanager
    def _unchanged(self, leaves):
        before = snapshot(self.folder)
        yield
        after = snapshot(self.folder)
        assert {name: after.get(name) for name in before} == before, "an input was changed"
        new = [name for name in after if name not in before]
        assert [name for name in new if not any(fnmatch.fnmatch(name, pattern) for pattern in leaves)] == []
