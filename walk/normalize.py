"""The one place that knows what may differ between two true runs of the same command.

Each rule has a name and a reason; a site may have rules of its own. In the tables of squeue and sacct, the column says
what a word is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ANY = "..."  # a line of its own: any lines, or none


@dataclass(frozen=True)
class Rule:
    """What matches the pattern may be something else that matches it, for this reason."""

    name: str
    reason: str
    pattern: re.Pattern


@dataclass(frozen=True)
class Line:
    """A line of output without what may differ, and what of that is looked at all the same."""

    text: str
    raw: str  # as it was printed
    ids: tuple[str, ...] = ()  # of jobs
    log_ids: tuple[str, ...] = ()
    times: tuple[str, str] | None = None  # of a job: when it started, and when it ended


MOMENT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\b")  # in the order of text, too
CHOSEN = "the scheduler chooses the nodes"
RULES = (
    Rule("moment", "a job runs at another time", MOMENT),
    Rule("node", CHOSEN, re.compile(r"(?<= ON )[A-Za-z][\w.-]*(?= CANCELLED AT )")),
    Rule(
        "patch release", "its maintainers update it", re.compile(r"((?<=\bPython 3\.\d)|(?<=\bPython 3\.\d\d))\.\d+\b")
    ),
)

DURATION = re.compile(r"(?:\d+-)?(?:\d+:)?\d+:\d\d")
SIZE = re.compile(r"\d+(?:\.\d+)?[KMG]?")
NODE = re.compile(r"[A-Za-z][\w.-]*(?:\[[\d,-]+\])?")
ELAPSED = Rule("elapsed", "a job is looked at sooner or later, on a faster or slower machine", DURATION)
MEMORY = Rule("memory", "memory is sampled, and differs from run to run", SIZE)
NODES = Rule("node", CHOSEN, NODE)
COLUMNS = {
    "TIME": ELAPSED, "Elapsed": ELAPSED, "MaxRSS": MEMORY,
    "NODELIST": NODES, "NODELIST(REASON)": NODES, "NodeList": NODES,
}  # fmt: skip
ID_COLUMNS = {"JOBID", "JobID"}
# An array's tasks that wait are cut off in a narrow column.
A_JOB = re.compile(r"(?P<job>\d+)(?P<task>_(?:\d+|\[\S+))?(?P<step>\.\w+)?")
STATES = r"(?:COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL|OUT_OF_ME\S*)"

# As sacct writes them in its columns, where it may cut a word. Who has cancelled a job knows that it did not end well.
BAD_STATE = re.compile(r"BOOT_FAIL|DEADLINE|FAILED|NODE_FAIL|OUT_OF_ME\S*|PREEMPTED|TIMEOUT")

# A job's id depends on how many jobs there were before. In one walk, one shown id is always the same real one.
JOB_ID = Rule(
    "job id",
    "the ids of jobs go on from those that there were before",
    re.compile(
        # What sbatch, salloc and scontrol say, and a script that calls them; "job 3 of 9" counts.
        r"(?<=\bbatch job )\d+|(?<=\bjob allocation )\d+|(?<=JobId=)\d+|(?<=StepId=)\d+"
        r"|(?<=: job )\d+\b(?!\.\d| ?/ ?\d| of \d)"
        r"|(?<=\*\*\* JOB )\d+(?= ON )|(?<=\*\*\* STEP )\d+(?=\.\w+ ON )"  # what slurmstepd writes into a log
        # A row of sacct whose heading a filter has taken away: the id fills a column of twelve characters.
        rf"|^(?=\S+ *(?<=^.{{12}}) )\d+(?=(?:_\S+)?(?:\.\w+)? +(?:\S+ +){{0,3}}{STATES}(?: +[\d:.KMG+-]+)*$)"
    ),
)
# Some numbers in the names of logs are ids, and some count: such a one may differ only as a known job does.
LOG_ID = Rule("id in the name of a log", JOB_ID.reason, re.compile(r"(?<=[A-Za-z][_-])\d+(?=(?:_\d+)?\.(?:log|out)\b)"))


def rules_of(entries: list) -> tuple[Rule, ...]:
    """Return the rules of a site, from its (name, reason, pattern); ValueError for what is none, in one line."""
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


class Normalizer:
    """Takes out of lines what may differ; in a table, only the rules of the walk say what that is.

    `known` has the id that stands for each id of a job that is known already: such a one may not differ any more.
    """

    def __init__(self, rules: Sequence[Rule] = (), known: Mapping[str, str] | None = None):
        self._rules = (*rules, *RULES)
        self._known = known or {}

    def lines(self, raw: list[str]) -> list[Line]:
        """Return the lines of an output."""
        found: list[Line] = []
        number = 0
        while number < len(raw):
            rows, lines = self._table(raw, number) or (1, [self.line(raw[number])])
            found += lines
            number += rows
        return found

    def line(self, raw: str) -> Line:
        """Return a line that is no row of a table."""
        text = raw
        for rule in self._rules:
            text = rule.pattern.sub(mark(rule.name), text)
        ids = tuple(JOB_ID.pattern.findall(text))
        text = JOB_ID.pattern.sub(lambda match: self._mark(match[0]), text)
        text = re.sub(r"^(\0<job \d*>\S*) +", r"\1 ", text)  # a longer id leaves fewer blanks in its column
        return Line(LOG_ID.pattern.sub(mark("log id"), text), raw, ids, tuple(LOG_ID.pattern.findall(text)))

    def _mark(self, job: str) -> str:
        """Return what stands for the id of a job."""
        return mark(f"job {self._known.get(job, '')}")

    def _table(self, raw: list[str], first: int) -> tuple[int, list[Line]] | None:
        """Return how many lines the table has that begins in a line, and these lines; None if none begins there."""
        names = raw[first].split()
        rule = raw[first + 1] if first + 1 < len(raw) else ""
        if re.fullmatch(r"-+( -+)+ *", rule):
            return self._accounting(raw, first, rule)
        if "JOBID" in names:
            return self._queue(raw, first, names)
        return None

    def _accounting(self, raw: list[str], first: int, rule: str) -> tuple[int, list[Line]]:
        """Return a table of sacct: a line of dashes says how wide each column is. The rows are in the order of jobs."""
        spans = [match.span() for match in re.finditer(r"-+", rule)]
        names = cells(raw[first], spans)
        found = [Line(" | ".join(names), raw[first]), Line("---", rule)]
        for line in raw[first + 2 :]:
            words = cells(line, spans)
            if line == ANY:
                found.append(Line(ANY, ANY))
            elif is_row(names, words) and not re.search(r"\S", outside(line, spans)):
                found.append(self._row(names, words, line))
            else:  # it comes from the next command
                break
        return len(found), found

    def _queue(self, raw: list[str], first: int, names: list[str]) -> tuple[int, list[Line]]:
        """Return a table of squeue. The rows come in the order of states and times, which race.

        So where some rows are left out, they may be anywhere. No cell is empty, but for the nodes of a job that waits.
        """
        rows: list[Line] = []
        dots = 0
        empty = [place for place, name in enumerate(names) if COLUMNS.get(name) is NODES]
        for line in raw[first + 1 :]:
            words = line.split(maxsplit=len(names) - 1)
            if len(words) == len(names) - 1 and len(empty) == 1:
                words.insert(empty[0], "")
            if line == ANY:
                dots += 1
            elif len(words) < len(names) or not is_row(names, words):
                break
            else:
                rows.append(self._row(names, words, line))
        rows.sort(key=lambda row: (row.text, [int(one) for one in row.ids]))
        heading = Line(" | ".join(names), raw[first])
        lines = len(rows) + dots + 1
        if dots:
            rows = [line for row in rows for line in (Line(ANY, ANY), row)] + [Line(ANY, ANY)]
        return lines, [heading, *rows]

    def _row(self, names: list[str], words: list[str], raw: str) -> Line:
        """Return a row of a table."""
        found: list[str] = []
        ids: list[str] = []
        log_ids: list[str] = []
        for name, word in zip(names, words, strict=True):
            job = A_JOB.fullmatch(word) if name in ID_COLUMNS else None
            if job:
                ids.append(job["job"])
                found.append(self._mark(job["job"]) + word[job.end("job") :])
            elif name in COLUMNS and COLUMNS[name].pattern.fullmatch(word):
                many = nodes(word) if COLUMNS[name] is NODES else ""
                found.append(f"{mark(COLUMNS[name].name)}{many}")
            else:
                cell = self.line(word)
                found.append(cell.text)
                log_ids += cell.log_ids
        said = dict(zip(names, words, strict=True))
        times = (said.get("Start", ""), said.get("End", ""))
        both = times if all(map(MOMENT.fullmatch, times)) else None
        return Line(" | ".join(found), raw, tuple(ids), tuple(log_ids), both)


def mark(name: str) -> str:
    """Return what stands for something that may differ. No page has such a character, and says it itself."""
    return f"\0<{name}>"


def outside(line: str, spans: list[tuple[int, int]]) -> str:
    """Return what stands between the columns, and behind the last one."""
    return "".join(line[end : end + 1] for _, end in spans) + line[spans[-1][1] :]


def is_row(names: list[str], words: list[str]) -> bool:
    """Tell whether these words can be a row: below the heading of ids there is an id, and no row has only that."""
    if any(name in ID_COLUMNS and not A_JOB.fullmatch(word) for name, word in zip(names, words, strict=True)):
        return False
    return sum(map(bool, words)) >= min(2, len(names))


def cells(line: str, spans: list[tuple[int, int]]) -> list[str]:
    """Return the words below each column."""
    return [line[start:end].strip() for start, end in spans]


def nodes(names: str) -> int:
    """Return how many nodes a list of them names: n1 is one, n[1-3,5] are four."""
    ranges = re.findall(r"(\d+)(?:-(\d+))?(?=[,\]])", names)
    return sum(int(last or first) - int(first) + 1 for first, last in ranges) or 1
