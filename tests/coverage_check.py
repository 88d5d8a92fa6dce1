"""Check that the tests ran every line of Python under code/: python tests/coverage_check.py, after pytest."""

import sys
import tomllib
from pathlib import Path

from coverage import Coverage
from coverage.exceptions import NoDataError

REPOSITORY = Path(__file__).parent.parent
DATA = REPOSITORY / "_build" / "coverage" / ".coverage"


def measured(data, rcfile):
    """Return a Coverage of all data files of the test session; comments like `pragma: no cover` count for nothing."""
    coverage = Coverage(data_file=data, config_file=rcfile)
    if list(data.parent.glob(f"{data.name}.*")):
        coverage.combine()
    coverage.load()
    coverage.clear_exclude()
    return coverage


def check(code, coverage, exemptions):
    """Return (complaints, lines missing, lines run, lines exempt, scripts) of every .py file below the folder code."""
    complaints, missing, run, exempt, needed = [], 0, 0, 0, set()
    scripts = sorted(code.rglob("*.py"))
    for script in scripts:
        name = script.relative_to(code.parent).as_posix()
        text = script.read_text(encoding="utf-8").splitlines()
        _, lines, _, not_run, _ = coverage.analysis2(str(script))
        run += len(lines) - len(not_run)
        uncovered = []
        for number in not_run:
            line = text[number - 1].strip()
            if (name, line) in exemptions:
                exempt += 1
                needed.add((name, line))
            else:
                uncovered.append(f"{name}:{number}: no test runs this line: {line}")
        missing += len(uncovered)
        complaints += uncovered if len(not_run) < len(lines) else [f"{name}: no test runs this script"]
    complaints += [f"tests/not_covered.toml: not needed: {file}: {line}" for file, line in sorted(exemptions - needed)]
    return complaints, missing, run, exempt, len(scripts)


def main():
    with open(REPOSITORY / "tests" / "not_covered.toml", "rb") as file:
        entries = tomllib.load(file).get("line", [])
    for entry in entries:
        if not all(entry.get(key) for key in ("file", "line", "reason")):
            sys.exit(f"tests/not_covered.toml: file, line or reason is missing: {entry}")
    try:
        coverage = measured(DATA, REPOSITORY / "tests" / "code" / "coverage.ini")
    except NoDataError:
        sys.exit("coverage: nothing was measured; run pytest first")
    exemptions = {(entry["file"], entry["line"]) for entry in entries}
    complaints, missing, run, exempt, scripts = check(REPOSITORY / "code", coverage, exemptions)
    for complaint in complaints:
        print(complaint)
    print(f"coverage: {run} lines of {scripts} scripts were run, {exempt} are exempt, {missing} are missing")
    if complaints:
        sys.exit(1)


if __name__ == "__main__":
    main()
