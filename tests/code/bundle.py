"""Run the learner's scripts as a learner does, in a folder like the downloaded bundle, and measure their lines."""

import ast
import contextlib
import fnmatch
import functools
import math
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import types
from pathlib import Path

import pytest
from run_with_constants import program

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
CODE = REPOSITORY / "code"
COVERAGE_DATA = REPOSITORY / "_build" / "coverage" / ".coverage"
NOT_IN_THE_BUNDLE = shutil.ignore_patterns("__pycache__", ".*")

PAGE = 4096  # bytes: a tmpfs gives out room in pages

CITIES_HEADER = "Name,Country,Latitude,Longitude"
AGAIN = ": take cities.csv from the zip again"


def _row(line, found):
    return f"cities.csv, line {line}: expected four values, found {found}{AGAIN}"


def _header(found):
    return f"cities.csv, line 1: expected {CITIES_HEADER}, found {found}{AGAIN}"


# The environment of a cluster whose nodes know no letters but those of English.
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}

# A cities.csv that is not there (None) or damaged, and the line with which every script refuses it.
DAMAGED_CITIES = {
    "missing": (None, "cities.csv is missing: take it from the zip"),
    "empty": ("", _header("")),
    "a missing column": ("Name,Country,Latitude\nOslo,Norway,59.9\n", _header("Name,Country,Latitude")),
    "semicolons": (CITIES_HEADER.replace(",", ";") + "\n", _header(CITIES_HEADER.replace(",", ";"))),
    "another order": ("Country,Name,Latitude,Longitude\n", _header("Country,Name,Latitude,Longitude")),
    "no city": (f"{CITIES_HEADER}\n", f"cities.csv has no city in it{AGAIN}"),
    "a short row": (f"{CITIES_HEADER}\nOslo,Norway,1,2\nBergen,Norway\n", _row(3, "Bergen,Norway")),
    "a long row": (f"{CITIES_HEADER}\nOslo,Norway,59,9,10,7\n", _row(2, "Oslo,Norway,59,9,10,7")),
    "an empty cell": (f"{CITIES_HEADER}\n\nOslo,,59.9,10.7\n", _row(3, "Oslo,,59.9,10.7")),
    "semicolons in a row": (f"{CITIES_HEADER}\nOslo;Norway;59.9;10.7\n", _row(2, "Oslo;Norway;59.9;10.7")),
}

# Arguments: the folder that becomes a disk, the disk's bytes, an outside folder for the disk, an outside folder for a
# copy of what is left; then the command.
IN_A_NAMESPACE = """
set -e
folder=$1 size=$2 disk=$3 left=$4
shift 4
here=$PWD
mount -t tmpfs -o size="$size" none "$disk"
mkdir "$disk/files"
cp -a "$folder/." "$disk/files/"
head -c 4096 /dev/zero > "$disk/filler"
mount --bind "$disk/files" "$folder"
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


def _defines(part):
    """Tell whether a statement only imports, or defines a function, a class or an UPPER_CASE constant."""
    if isinstance(part, ast.Assign):
        names = [node.id for node in ast.walk(part.targets[0]) if isinstance(node, ast.Name)]
        return all(re.fullmatch("[A-Z][A-Z_]+", name) for name in names)
    return isinstance(part, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef))


def load(script):
    """Return the functions and constants of a script of code/, for tests of one of them; nothing else of it runs."""
    tree = ast.parse((CODE / script).read_bytes())
    tree.body = [part for part in tree.body if _defines(part)]
    module = types.ModuleType(Path(script).stem)
    exec(compile(tree, str(CODE / script), "exec"), module.__dict__)
    return module


@functools.cache
def _compiled(path, constants):
    """Return the program of a script; no test changes a script that it has executed."""
    return program(path, dict(constants))


def execute(script, *args, constants=None):
    """Run a script of code/ in this process, as the main program; constants= is as in Learner.run."""
    code = _compiled(CODE / script, tuple((name, repr(value)) for name, value in (constants or {}).items()))
    main = types.ModuleType("__main__")
    main.__file__ = str(CODE / script)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [main.__file__, *map(str, args)])
        patch.setitem(sys.modules, "__main__", main)
        try:
            exec(code, main.__dict__)
        finally:
            # As at the end of a process: what the script left open is closed.
            main.__dict__.clear()


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


def refusal(code, err):
    """Return the one line with which a script refused; of a mistake in the arguments, argparse's last one."""
    assert code > 0, f"exit code {code}:\n{err}"
    assert "Traceback" not in err, err
    *usage, line = err.splitlines() or [""]
    assert line and (not usage or (code == 2 and usage[0].startswith("usage: "))), f"not one line:\n{err}"
    return line


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

    def closed_early(self, script, *args, env=None, **options):
        """Run a script whose standard output nobody reads, as behind `| head -n 1`, and which buffers what it says."""
        shell = ["bash", "-c", '"$@" | true; exit "${PIPESTATUS[0]}"', "bash"]
        return self.run(script, *args, before=shell, env={"PYTHONUNBUFFERED": ""} | (env or {}), **options)

    def refuses(self, script, *args, leaves=(), timeout=HANG, **options):
        """Run a script that must refuse: exit code above 0, one line on standard error, no file changed or new.

        `leaves` are patterns of new files that are right nevertheless ("results/*.json"). Returns the line.
        """
        before = snapshot(self.folder)
        done = self.run(script, *args, timeout=timeout, **options)
        line = refusal(done.returncode, done.stderr)
        after = snapshot(self.folder)
        assert {name: after.get(name) for name in before} == before, "an input was changed"
        new = [name for name in after if name not in before]
        assert [name for name in new if not any(fnmatch.fnmatch(name, pattern) for pattern in leaves)] == []
        return line

    def on_full_disk(self, folder, script, *args, free=0, **options):
        """As run, with the folder on a full disk: `free` bytes, rounded up to pages of 4096, can still be written.

        The folder is made if it isn't there; what it holds is on that disk as well. Afterwards the folder holds what
        the script left on the disk.
        """
        if namespace() is None:
            skip_or_fail("a full disk needs mount namespaces, which are not allowed here")
        folder = self.folder / folder
        folder.mkdir(parents=True, exist_ok=True)
        outside = self.folder.with_name(self.folder.name + "-disk")
        disk, left = outside / "disk", outside / "left"
        disk.mkdir(parents=True)
        left.mkdir()
        sizes = [free, *map(len, snapshot(folder).values())]
        size = PAGE + sum(math.ceil(size / PAGE) * PAGE for size in sizes)
        before = [*namespace(), "sh", "-c", IN_A_NAMESPACE, "sh", folder, size, disk, left]
        try:
            done = self.run(script, *args, before=before, **options)
            for name in os.listdir(folder):
                shutil.rmtree(folder / name) if (folder / name).is_dir() else (folder / name).unlink()
            shutil.copytree(left, folder, symlinks=True, dirs_exist_ok=True)
        finally:
            shutil.rmtree(outside)
        return done

    def _kill(self, process):
        """End a process that still runs, with everything it started."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        for pipe in (process.stdout, process.stderr):
            pipe.close()
