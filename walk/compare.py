"""The one place that knows what may differ between two true runs of the same command.

Each rule has a name and a reason. All else must be the same, line by line.
"""

import re
from dataclasses import dataclass

ANY = "..."  # a line of its own: any lines, or none


@dataclass(frozen=True)
class Rule:
    """What matches the pattern may be something else that matches it, for this reason."""

    name: str
    reason: str
    pattern: re.Pattern


RULES = (
    Rule("moment", "a job runs at another time", re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\b")),
    Rule("patch release", "its maintainers update it", re.compile(r"(?<=\bPython \d\.\d\d)\.\d+\b")),
)

DURATION = re.compile(r"(?:\d+-)?(?:\d+:)?\d+:\d\d")
SIZE = re.compile(r"\d+(?:\.\d+)?[KMG]?")
NODE = re.compile(r"[A-Za-z][\w.-]*(?:\[[\d,-]+\])?")
# In the tables of squeue and sacct the column says what a word is.
COLUMNS = {
    "TIME": Rule("elapsed", "a job is looked at sooner or later, on a faster or slower machine", DURATION),
    "Elapsed": Rule("elapsed", "a job is looked at sooner or later, on a faster or slower machine", DURATION),
    "MaxRSS": Rule("memory", "memory is sampled, and differs from run to run", SIZE),
    "NODELIST": Rule("node", "the scheduler chooses the nodes", NODE),
    "NODELIST(REASON)": Rule("node", "the scheduler chooses the nodes", NODE),
    "NodeList": Rule("node", "the scheduler chooses the nodes", NODE),
}
ID_COLUMNS = {"JOBID", "JobID"}

# A job's id depends on how many jobs there were before. In one walk, one shown id is always the same real one.
JOB_ID = Rule(
    "job id",
    "the ids of jobs go on from those that there were before",
    re.compile(
        r"(?<=\bbatch job )\d+|(?<=: job )\d+"  # what sbatch says, and a script that calls it
        r"|(?<=[A-Za-z]_)\d+(?=(?:_\d+)?\.(?:log|out)\b)|(?<=\bslurm-)\d+(?=[_.])"  # names of logs
        r"|^\d+(?=(?:_\d+)?(?:\.\w+)?\s(?:.*\s)?(?:COMPLETED|FAILED|CANCELLED|TIMEOUT|OUT_OF_ME\S*)\s)"  # sacct's row
    ),
)
MARK = "\0"  # where a job's id was


@dataclass(frozen=True)
class Line:
    """A line of output without what may differ, and the ids of jobs in it."""

    text: str
    ids: tuple[str, ...] = ()


class Ids:
    """Which id of a job on the page is which id in this walk."""

    def __init__(self):
        self._real: dict[str, str] = {}

    def agree(self, pairs: list[tuple[str, str]]) -> bool:
        """Can all these pairs of (shown, real) be? If so, they are remembered."""
        real = dict(self._real)
        for shown, got in pairs:
            if real.setdefault(shown, got) != got:
                return False
        if len(set(real.values())) < len(real):
            return False
        self._real = real
        return True


def same(shown: list[str], got: list[str], ids: Ids) -> bool:
    """Did the command print what the page shows, but for what may differ?"""
    aligned = align(plain(shown), plain(got))
    if aligned is None:
        return False
    return ids.agree([pair for one, other in aligned for pair in zip(one.ids, other.ids, strict=True)])


def align(shown: list[Line], got: list[Line]) -> list[tuple[Line, Line]] | None:
    """Pairs of lines that are the same; None if the page shows something else."""
    parts, part = [], []
    for line in shown:
        if line.text == ANY:
            parts.append(part)
            part = []
        else:
            part.append(line)
    parts.append(part)
    if len(parts) == 1:
        return pairs_at(shown, got, 0) if len(shown) == len(got) else None
    first, *middle, last = parts
    if len(first) + len(last) > len(got):
        return None
    found, end = pairs_at(first, got, 0), len(got) - len(last)
    after = pairs_at(last, got, end)
    if found is None or after is None:
        return None
    # Each part in the middle is taken where it comes first: if there is any way to place all of them, this is one.
    start = len(first)
    for part in middle:
        while (here := pairs_at(part, got[:end], start)) is None:
            start += 1
            if start + len(part) > end:
                return None
        found += here
        start += len(part)
    return found + after


def pairs_at(part: list[Line], got: list[Line], start: int) -> list[tuple[Line, Line]] | None:
    """Pairs of the lines of a part with those that stand at a place; None if they are not the same."""
    there = got[start : start + len(part)]
    if [line.text for line in part] != [line.text for line in there]:
        return None
    return list(zip(part, there, strict=True))


def plain(lines: list[str]) -> list[Line]:
    """The lines without what may differ."""
    found, number = [], 0
    while number < len(lines):
        if table := table_at(lines, number):
            found += table
            number += len(table)
        else:
            found.append(plain_line(lines[number]))
            number += 1
    return found


def plain_line(line: str) -> Line:
    """A line that is no row of a table."""
    for rule in RULES:
        line = rule.pattern.sub(f"<{rule.name}>", line)
    return Line(JOB_ID.pattern.sub(MARK, line), tuple(JOB_ID.pattern.findall(line)))


def table_at(lines: list[str], first: int) -> list[Line]:
    """The rows of the table that begins in a line, header included; nothing if none begins there."""
    names = lines[first].split()
    rules = lines[first + 1] if first + 1 < len(lines) else ""
    if re.fullmatch(r"-+( -+)+ *", rules):
        return accounting(lines, first, rules)
    if "JOBID" in names and len(names) > 1:
        return queue(lines, first, names)
    return []


def accounting(lines: list[str], first: int, rules: str) -> list[Line]:
    """A table of sacct: a line of dashes says how wide each column is. The rows are in the order of the jobs."""
    spans = [match.span() for match in re.finditer(r"-+", rules)]
    names = cells(lines[first], spans)
    found = [Line(" | ".join(names)), Line("---")]
    for line in lines[first + 2 :]:
        # A row has blanks between its columns; what has none there comes from the next command.
        if not line.strip() or line == ANY or any(line[end : end + 1].strip() for _, end in spans):
            break
        found.append(row(names, cells(line, spans)))
    return found


def cells(line: str, spans: list[tuple[int, int]]) -> list[str]:
    """The words below each column."""
    return [line[start:end].strip() for start, end in spans]


def queue(lines: list[str], first: int, names: list[str]) -> list[Line]:
    """A table of squeue: no cell is empty. The rows come in the order of states and times, which race."""
    rows = []
    for line in lines[first + 1 :]:
        words = line.split(maxsplit=len(names) - 1)
        if len(words) < len(names):
            break
        rows.append(row(names, words))
    return [Line(" | ".join(names)), *sorted(rows, key=lambda line: (line.text, [int(one) for one in line.ids]))]


def row(names: list[str], words: list[str]) -> Line:
    """A row of a table."""
    found, ids = [], []
    for name, word in zip(names, words, strict=True):
        number = re.match(r"\d+", word)
        if name in ID_COLUMNS and number:
            ids.append(number[0])
            found.append(MARK + word[number.end() :])
        elif name in COLUMNS and COLUMNS[name].pattern.fullmatch(word):
            found.append(f"<{COLUMNS[name].name}>")
        else:
            found.append(plain_line(word).text)
    return Line(" | ".join(found), tuple(ids))


def shorten(shown: list[str], got: list[str]) -> list[str]:
    """New output with as many lines left out as the page leaves out: a line "..." stays where it was."""
    places = [number for number, line in enumerate(shown) if line == ANY]
    if not places or len(got) <= len(shown):
        return got
    head, tail = places[0], len(shown) - places[-1] - 1
    return [*got[:head], ANY, *got[len(got) - tail :]] if tail else [*got[:head], ANY]
