"""Breaks the lesson on purpose, one thing at a time, in copies of the tree, and demands red that names the right page.

    make mutants
    .venv/bin/python tests/mutants/run.py [--part 1/6] [--why] [WORD...]

A word is a part of a mutant's name, a page (content/collect) or a check (walk, blocks, build, the path of a test file).
Ends with 1 if a mutant survives or something is not proven, with 2 if a mutant does not fit any more.
"""

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import SimpleQueue

from catalogue import BLOCKS, BUILD, FOLDER, ROOT, WALK, Mutant, Unfit, choose, read

sys.path.insert(0, str(ROOT))

from walk import interrupt

KILLED, SURVIVED, ELSEWHERE = "killed", "survived", "elsewhere"  # elsewhere: another check, or another page is named
# As `make` builds the site; what is installed is installed.
MAKE = ["make", "-s", "-o", "site-venv", "html", f"PYTHON_IN={sys.executable}"]
PYTEST = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider"]
WALKED = [*PYTEST, "-p", "walk.plugin", "--walk"]
RED = re.compile(r"(FAILED|ERROR|E ).*|(\S+\.md):\d+: .*")  # the lines of pytest that say what is wrong; the location
CODE = "tests/code/"  # the tests of the scripts


class NotProven(Exception):
    """A check that is red without a mutant."""


class Copies:
    """Copies of the tree in which checks run, several at a time."""

    def __init__(self, folder: Path, count: int):
        self._free: SimpleQueue[Path] = SimpleQueue()
        self._running: set[subprocess.Popen] = set()
        self._lock, self._ended = threading.Lock(), False
        for number in range(count):
            copy = folder / str(number)
            shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "_build", "__pycache__"))
            self._free.put(copy)

    def red(self, mutant: Mutant, broken: bool = True) -> tuple[str, str, float]:
        """Return which check is red with a mutant, what it says, and the seconds; without it if it is not `broken`."""
        copy, begin = self._free.get(), time.monotonic()
        try:
            with mutant.applied(copy) if broken else contextlib.nullcontext():
                check, said = BUILD, self._run(copy, MAKE)
                if not said and mutant.check != BUILD:
                    check, said = mutant.check, self._run(copy, command(mutant))
        finally:
            self._free.put(copy)
        return check, said, time.monotonic() - begin

    def _run(self, copy: Path, words: list[str]) -> str:
        """Run a command in a copy; return what it says if it fails, else nothing."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
        with self._lock:
            if self._ended:
                return "interrupted"
            process = subprocess.Popen(
                words, cwd=copy, env=environment | {"NO_COLOR": "1"}, text=True, errors="replace",
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            self._running.add(process)
        said, _ = process.communicate()
        with self._lock:
            self._running.discard(process)
        return (said or f"exit code {process.returncode}") if process.returncode else ""

    def end(self) -> None:
        """Let all commands end what they have begun, and begin no other."""
        with self._lock:
            self._ended = True
            for process in self._running:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)


def command(mutant: Mutant) -> list[str]:
    """Return the command of a mutant's check, but for the build before it."""
    if mutant.check == BLOCKS:
        return [*WALKED, "-m", "not cluster", "index.md", "content"]
    return [*WALKED, "-x", f"{mutant.page}.md"] if mutant.check == WALK else [*PYTEST, mutant.check]


def names(mutant: Mutant, said: str) -> bool:
    """Tell whether what is red names the page; the test of a script names the script, which pages show.

    The walk fails at the page that it was asked for, wherever something is wrong: its first report says where.
    """
    file, lines = f"{mutant.page}.md", said.splitlines()
    if mutant.check == WALK:
        return next((red[2] for line in lines if (red := RED.fullmatch(line)) and red[2]), "") == file
    wanted = (mutant.check,) if mutant.check.startswith(CODE) else (file, f"[{mutant.page}]")
    return any(word in line for line in lines if mutant.check == BUILD or RED.match(line) for word in wanted)


def show(mutant: Mutant, red: str, said: str, seconds: float, why: bool) -> str:
    """Print and return what became of a mutant."""
    result = (KILLED if red == mutant.check and names(mutant, said) else ELSEWHERE) if said else SURVIVED
    print(f"{result:9} {seconds:6.1f} s  {mutant.check:6} {mutant.page}: {mutant.name}", flush=True)
    if result == ELSEWHERE:
        print(f"    wanted: {mutant.check} names {mutant.page}; got, from {red}:", flush=True)
    if said and (why or result == ELSEWHERE):
        lines = [line for line in said.splitlines() if RED.match(line)] or said.splitlines()
        print("\n".join(f"    {line}" for line in lines[:16]), flush=True)
    return result


def prove(copies: Copies, mutants: list[Mutant], jobs: int, why: bool) -> Counter:
    """Run each check without a mutant, and with each; return how many verdicts, NotProven if one is red without."""
    controls = {(mutant.check, mutant.page if mutant.check == WALK else ""): mutant for mutant in mutants}
    counts: Counter = Counter()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            tasks = {pool.submit(copies.red, mutant, False): (mutant, True) for mutant in controls.values()}
            tasks |= {pool.submit(copies.red, mutant): (mutant, False) for mutant in mutants}
            for task in as_completed(tasks):
                (mutant, control), (red, said, seconds) = tasks[task], task.result()
                if not control:
                    counts[show(mutant, red, said, seconds, why)] += 1
                elif said:
                    raise NotProven(f"without a mutant, this is red ({red}, {mutant.page}):\n{said}")
                else:
                    print(f"control   {seconds:6.1f} s  {mutant.check:6} {mutant.page}: green", flush=True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            copies.end()
            raise
    return counts


def part(text: str) -> tuple[int, int]:
    """Return which part of how many is meant; ArgumentTypeError if there is no such one."""
    words = re.fullmatch(r"([1-9]\d?)/([1-9]\d?)", text)
    number, count = map(int, words.groups()) if words else (1, 0)
    if number > count:
        raise argparse.ArgumentTypeError(f"must be like 1/6 or 6/6, not {text}")
    return number, count


def part_of(mutants: list[Mutant], number: int, count: int) -> list[Mutant]:
    """Return the mutants of the pages of a part: a page is walked once without any, so it stays in one."""
    pages = sorted({mutant.page for mutant in mutants})[number - 1 :: count]
    return [mutant for mutant in mutants if mutant.page in pages]


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(description="Breaks the lesson on purpose, and demands red.")
    parser.add_argument("words", nargs="*", metavar="WORD", help="a part of a name, a page, or a check")
    parser.add_argument("--part", type=part, default=(1, 1), metavar="I/N", help="the pages of the part I of N")
    parser.add_argument("--jobs", type=int, default=4, metavar="N", help="so many at a time; by default %(default)s")
    parser.add_argument("--mutants", type=Path, default=FOLDER, metavar="DIR", help="the folder of the TOML files")
    parser.add_argument("--why", action="store_true", help="show what each red check says")
    parser.add_argument("--list", action="store_true", help="say which they are, and run nothing")
    return parser.parse_args()


def main() -> int:
    """Break the lesson; return the exit code."""
    args = arguments()
    mutants = part_of(choose(read(args.mutants), args.words), *args.part)
    if args.list:
        print("\n".join(f"{mutant.check:6} {mutant.page}: {mutant.name}" for mutant in mutants))
        return 0
    if os.geteuid() != 0 and not os.environ.get("CI"):
        walked = [mutant for mutant in mutants if mutant.check == WALK]
        print(f"left out: {len(walked)} mutants of the walk; root on Linux starts the cluster that they need")
        mutants = [mutant for mutant in mutants if mutant.check != WALK]
    begin = time.monotonic()
    for mutant in mutants:
        if problem := mutant.problem(ROOT):
            raise Unfit(problem)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        jobs = max(1, min(args.jobs, len(mutants)))
        counts = prove(Copies(Path(folder).resolve(), jobs), mutants, jobs, args.why)
    totals = ", ".join(f"{counts[one]} {one}" for one in (KILLED, SURVIVED, ELSEWHERE))
    print(f"{len(mutants)} mutants: {totals}, {time.monotonic() - begin:.0f} s")
    return 1 if counts[KILLED] < len(mutants) else 0


if __name__ == "__main__":
    interrupt.once()
    try:
        sys.exit(main())
    except (Unfit, NotProven) as error:
        print(f"mutants: {error}", file=sys.stderr)
        sys.exit(2 if isinstance(error, Unfit) else 1)
    except KeyboardInterrupt:
        print("mutants: interrupted", file=sys.stderr)
        sys.exit(130)
