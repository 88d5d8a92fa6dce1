"""Breaks the lesson on purpose, one thing at a time, in a copy, and demands red that names the right page.

    make mutants
    .venv/bin/python tests/mutants/run.py [--sample N] [--why] [WORD...]

A word is a part of a mutant's name, a page (content/collect) or a check (walk, blocks, build, the path of a test file).
Ends with 1 if a mutant survives or something is not proven, with 2 if a mutant does not fit any more.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import again
import checks
from catalogue import BLOCKS, BUILD, FOLDER, WALK, Mutant, Unfit, choose, read

from walk import interrupt
from walk.errors import Wrong

KILLED, SURVIVED, ELSEWHERE = "killed", "survived", "elsewhere"  # elsewhere: another check, or another page is named


class Tally:
    """Prints what becomes of each mutant, and counts it."""

    def __init__(self, why: bool):
        self.why = why
        self.counts = {KILLED: 0, SURVIVED: 0, ELSEWHERE: 0}

    def add(self, mutant: Mutant, red: str, said: str, seconds: float) -> None:
        """One mutant: which check is red, and what it says."""
        right = red == mutant.check and checks.names(mutant.page, said)
        verdict = KILLED if right else ELSEWHERE if said else SURVIVED
        self.counts[verdict] += 1
        print(f"{verdict:9} {seconds:6.1f} s  {mutant.check:6} {mutant.page}: {mutant.name}", flush=True)
        if verdict == ELSEWHERE:
            print(f"    wanted: {mutant.check} names {mutant.page}; got, from {red}:", flush=True)
        if said and (self.why or verdict == ELSEWHERE):
            print("\n".join(f"    {line}" for line in said.splitlines()[:16]), flush=True)


def control(copy: Path, used: set[str]) -> str:
    """What is red without a mutant: then nothing is proven. The walk's own control is in again.py."""
    begin, said = time.monotonic(), checks.build(copy)
    if not said:
        said = checks.blocks(copy)
    for check in sorted(used - {BUILD, BLOCKS, WALK}):
        said = said or checks.tests(copy, check)
    if not said:
        print(f"control   {time.monotonic() - begin:6.1f} s  {', '.join(sorted(used))}: green", flush=True)
    return said


def prove(copy: Path, mutants: list[Mutant], why: bool) -> Tally:
    """Break the copy with one mutant after the other."""
    tally, plans = Tally(why), []
    if said := control(copy, {mutant.check for mutant in mutants}):
        raise Wrong(f"without a mutant, this is red:\n{said}")
    healthy = again.Healthy(copy)
    for mutant in mutants:
        begin = time.monotonic()
        if mutant.check != WALK:
            with again.broken(mutant, copy):
                red, said = checks.red(mutant.check, copy)
            tally.add(mutant, red, said, time.monotonic() - begin)
        elif isinstance(one := again.plan(healthy, mutant), again.Plan):
            plans.append(one)
        else:
            tally.add(mutant, BUILD, one, time.monotonic() - begin)
    if plans:
        for mutant, said, seconds in again.walk(healthy, plans):
            tally.add(mutant, WALK, said, seconds)
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description="Breaks the lesson on purpose, and demands red.")
    parser.add_argument("words", nargs="*", metavar="WORD", help="a part of a name, a page, or a check")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many, always the same")
    parser.add_argument("--mutants", type=Path, default=FOLDER, metavar="DIR", help="the folder of the TOML files")
    parser.add_argument("--why", action="store_true", help="show what each red check says")
    parser.add_argument("--list", action="store_true", help="say which they are, and run nothing")
    args = parser.parse_args()
    mutants = choose(read(args.mutants), args.words, args.sample)
    if args.list:
        print("\n".join(f"{mutant.check:6} {mutant.page}: {mutant.name}" for mutant in mutants))
        return 0
    if os.geteuid() != 0 and not os.environ.get("CI"):
        walked = [mutant for mutant in mutants if mutant.check == WALK]
        print(f"left out: {len(walked)} mutants of the walk; root on Linux starts the cluster that they need")
        mutants = [mutant for mutant in mutants if mutant.check != WALK]
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder).resolve()
        checks.copy_tree(copy)
        for mutant in mutants:
            if problem := mutant.problem(copy):
                raise Unfit(problem)
        tally = prove(copy, mutants, args.why)
    totals = ", ".join(f"{count} {verdict}" for verdict, count in tally.counts.items())
    print(f"{len(mutants)} mutants: {totals}, {time.monotonic() - begin:.0f} s")
    return 1 if tally.counts[KILLED] < len(mutants) else 0


if __name__ == "__main__":
    interrupt.once()
    try:
        sys.exit(main())
    except Unfit as unfit:
        print(f"mutants: {unfit}", file=sys.stderr)
        sys.exit(2)
    except Wrong as wrong:
        print(f"mutants: {wrong}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("mutants: interrupted", file=sys.stderr)
        sys.exit(130)
