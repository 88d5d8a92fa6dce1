"""The one place that knows what may differ between two true runs of the same command.

Each rule has a name and a reason; a site may have rules of its own. All else must be the same, line by line.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

ANY = "..."  # a line of its own: any lines, or none


@dataclass(frozen=True)
class Rule:
    """What matches the pattern may be something else that matches it, for this reason."""

    name: str
    reason: str
    pattern: re.Pattern


MOMENT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\b")  # in the order of text, too
RULES = (
    Rule("moment", "a job runs at another time", MOMENT),
    Rule(
        "patch release", "its maintainers update it", re.compile(r"((?<=\bPython 3\.\d)|(?<=\bPython 3\.\d\d))\.\d+\b")
    ),
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
A_JOB = re.compile(r"\d+(?:_(?:\d+|\[\S+))?(?:\.\w+)?")  # an array's tasks that wait are cut off in a narrow column

# A job's id depends on how many jobs there were before. In one walk, one shown id is always the same real one.
JOB_ID = Rule(
    "job id",
    "the ids of jobs go on from those that there were before",
    re.compile(
        r"(?<=\bbatch job )\d+|(?<=: job )\d+"  # what sbatch says, and a script that calls it
        r"|^\d+(?=(?:_\S+)?(?:\.\w+)?\s(?:.*\s)?(?:COMPLETED|FAILED|CANCELLED|TIMEOUT|OUT_OF_ME\S*)(?:\s|$))"  # sacct
    ),
)
# Some numbers in the names of logs are ids, and some count: such a one may differ only as a known job does.
LOG_ID = Rule("id in the name of a log", JOB_ID.reason, re.compile(r"(?<=[A-Za-z][_-])\d+(?=(?:_\d+)?\.(?:log|out)\b)"))
CUT = 9  # letters that sacct leaves of a word that is too long, before its "+"
MARK = "\0"  # where a job's id was


@dataclass(frozen=True)
class Line:
    """A line of output without what may differ, and what of that is looked at all the same."""

    text: str
    ids: tuple[str, ...] = ()
    log_ids: tuple[str, ...] = ()
    times: tuple[str, str] | None = None  # of a job: when it started, and when it ended


class Ids:
    """Which id of a job on the page is which id in this walk."""

    def __init__(self):
        self._real: dict[str, str] = {}

    def agree(self, pairs: list[tuple[str, str]], log_pairs: list[tuple[str, str]]) -> bool:
        """Can all these pairs of (shown, real) be? Those of logs must be known, or equal; the others are remembered."""
        real = dict(self._real)
        for shown, got in pairs:
            if real.setdefault(shown, got) != got:
                return False
        if len(set(real.values())) < len(real):
            return False
        if any(got not in (shown, real.get(shown)) for shown, got in log_pairs):
            return False
        self._real = real
        return True


def rules_of(entries: list) -> tuple[Rule, ...]:
    """The rules of a site, from its (name, reason, pattern); ValueError for what is none, in one line."""
    found: list[Rule] = []
    for entry in entries:
        words = entry if isinstance(entry, (list, tuple)) else []
        if len(words) != 3 or not all(isinstance(word, str) and word for word in words):
            raise ValueError(f"walk_rules: {entry!r} is not a name, a reason and a pattern")
        name, reason, text = entry
        try:
            pattern = re.compile(text)
        except re.error as error:
            raise ValueError(f"walk_rules: the pattern of {name!r} can't be read: {error}") from None
        if pattern.search(""):
            raise ValueError(f"walk_rules: the pattern of {name!r} matches where nothing is")
        if name in {rule.name for rule in (*RULES, *COLUMNS.values(), JOB_ID, LOG_ID, *found)}:
            raise ValueError(f"walk_rules: there are two rules {name!r}")
        found.append(Rule(name, reason, pattern))
    return tuple(found)


def same(shown: list[str], got: list[str], ids: Ids, rules: Sequence[Rule] = ()) -> bool:
    """Did the command print what the page shows, but for what may differ, by our rules or the site's own?"""
    aligned = align(plain(shown, rules), plain(got, rules))
    if aligned is None or not in_order(aligned):
        return False
    pairs = [pair for one, other in aligned for pair in zip(one.ids, other.ids, strict=True)]
    log_pairs = [pair for one, other in aligned for pair in zip(one.log_ids, other.log_ids, strict=True)]
    return ids.agree(pairs, log_pairs)


def says(got: list[str], job: str, name: str, state: str) -> bool:
    """Does a line of the output say that the job ended in this state, by its id or else its name? sacct cuts words."""
    lines = [line for line in plain(got) if state[:CUT] in line.text]
    return any(job in line.ids or (not line.ids and name[:CUT] in line.text) for line in lines)


def renumbered(shown: list[str], got: list[str], rules: Sequence[Rule] = ()) -> bool:
    """Are the ids of jobs in an output that is the same other ones than the page shows?"""
    pairs = align(plain(shown, rules), plain(got, rules)) or []
    return any((one.ids, one.log_ids) != (other.ids, other.log_ids) for one, other in pairs)


def in_order(pairs: list[tuple[Line, Line]]) -> bool:
    """Has each job that started after the end of another one on the page done so again?"""
    times = [(one.times, other.times) for one, other in pairs if one.times and other.times]
    for (start, end), (_, got_end) in times:
        for (later, later_end), (got_later, _) in times:
            # Where all is in one second, the page says nothing about the order.
            if end <= later and start < later_end and got_end > got_later:
                return False
    return True


def align(shown: list[Line], got: list[Line]) -> list[tuple[Line, Line]] | None:
    """Pairs of lines that are the same; None if the page shows something else."""
    parts: list[list[Line]] = []
    part: list[Line] = []
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


def plain(lines: list[str], rules: Sequence[Rule] = ()) -> list[Line]:
    """The lines without what may differ; in a table, only our own rules say what that is."""
    found: list[Line] = []
    number = 0
    while number < len(lines):
        if table := table_at(lines, number):
            found += table
            number += len(table)
        else:
            found.append(plain_line(lines[number], rules))
            number += 1
    return found


def plain_line(line: str, rules: Sequence[Rule] = ()) -> Line:
    """A line that is no row of a table."""
    for rule in (*rules, *RULES):
        line = rule.pattern.sub(f"<{rule.name}>", line)
    ids = tuple(JOB_ID.pattern.findall(line))
    line = JOB_ID.pattern.sub(MARK, line)
    return Line(LOG_ID.pattern.sub(MARK, line), ids, tuple(LOG_ID.pattern.findall(line)))


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
        words = cells(line, spans)
        if line == ANY:
            found.append(Line(ANY))
        elif is_row(names, words) and not re.search(r"\S", outside(line, spans)):
            found.append(row(names, words))
        else:  # it comes from the next command
            break
    return found


def outside(line: str, spans: list[tuple[int, int]]) -> str:
    """What stands between the columns, and behind the last one."""
    return "".join(line[end : end + 1] for _, end in spans) + line[spans[-1][1] :]


def is_row(names: list[str], words: list[str]) -> bool:
    """Can these words be a row? Below the heading of ids there is an id, and no row has only that."""
    if any(name in ID_COLUMNS and not A_JOB.fullmatch(word) for name, word in zip(names, words, strict=True)):
        return False
    return sum(map(bool, words)) >= min(2, len(names))


def cells(line: str, spans: list[tuple[int, int]]) -> list[str]:
    """The words below each column."""
    return [line[start:end].strip() for start, end in spans]


def queue(lines: list[str], first: int, names: list[str]) -> list[Line]:
    """A table of squeue: no cell is empty. The rows come in the order of states and times, which race."""
    rows = []
    for line in lines[first + 1 :]:
        words = line.split(maxsplit=len(names) - 1)
        if len(words) < len(names) or not is_row(names, words):
            break
        rows.append(row(names, words))
    return [Line(" | ".join(names)), *sorted(rows, key=lambda line: (line.text, [int(one) for one in line.ids]))]


def row(names: list[str], words: list[str]) -> Line:
    """A row of a table."""
    found: list[str] = []
    ids: list[str] = []
    log_ids: list[str] = []
    for name, word in zip(names, words, strict=True):
        number = re.match(r"\d+", word)
        if name in ID_COLUMNS and number:
            ids.append(number[0])
            found.append(MARK + word[number.end() :])
        elif name in COLUMNS and COLUMNS[name].pattern.fullmatch(word):
            many = nodes(word) if COLUMNS[name].pattern is NODE else ""
            found.append(f"<{COLUMNS[name].name}>{many}")
        else:
            cell = plain_line(word)
            found.append(cell.text)
            ids += cell.ids
            log_ids += cell.log_ids
    said = dict(zip(names, words, strict=True))
    times = (said.get("Start", ""), said.get("End", ""))
    return Line(" | ".join(found), tuple(ids), tuple(log_ids), times if all(map(MOMENT.fullmatch, times)) else None)


def nodes(names: str) -> int:
    """How many nodes a list of them names: n1 is one, n[1-3,5] are four."""
    ranges = re.findall(r"(\d+)(?:-(\d+))?(?=[,\]])", names)
    return sum(int(last or first) - int(first) + 1 for first, last in ranges) or 1


def shorten(shown: list[str], got: list[str]) -> list[str]:
    """New output with as many lines left out as the page leaves out: a line "..." stays where it was."""
    places = [number for number, line in enumerate(shown) if line == ANY]
    if not places or len(got) <= len(shown):
        return got
    head, tail = places[0], len(shown) - places[-1] - 1
    return [*got[:head], ANY, *got[len(got) - tail :]] if tail else [*got[:head], ANY]
