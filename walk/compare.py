"""Compares what a page shows below a command with what the command printed."""

from collections.abc import Sequence
from dataclasses import dataclass

from walk.normalize import A_JOB, ANY, BAD_STATE, Line, Normalizer, Rule


@dataclass(frozen=True)
class Match:
    """Pairs of (shown, printed) lines that are the same; what the page leaves out is in none of them."""

    pairs: tuple[tuple[Line, Line], ...]

    @property
    def renumbered(self) -> bool:
        """Tell whether the page shows other ids of jobs than were printed."""
        return any((shown.ids, shown.log_ids) != (got.ids, got.log_ids) for shown, got in self.pairs)

    @property
    def bad_jobs(self) -> set[str]:
        """Return the ids of the jobs and tasks of which a line that the page shows says that they ended badly."""
        found: set[str] = set()
        for _, got in self.pairs:
            words = got.raw.split()
            if any(map(BAD_STATE.fullmatch, words)):
                jobs = [A_JOB.fullmatch(word) for word in words]
                found |= {job[0] for job in jobs if job and job["job"] in got.ids}
        return found


class Comparison:
    """Compares the outputs of one session, in which a shown id of a job is always the same real one."""

    def __init__(self, rules: Sequence[Rule] = ()):
        self._rules = rules
        self._real: dict[str, str] = {}  # {shown id: the same job's id in this session}

    def match(self, shown: list[str], got: list[str]) -> Match | None:
        """Return what is the same, but for what may differ; None if the page shows something else.

        What it says of ids is remembered from then on.
        """
        pairs = align(Normalizer(self._rules, self._real).lines(shown), self._printed(got))
        if pairs is None or not in_order(pairs) or not self._agree(pairs):
            return None
        return Match(tuple(pairs))

    def itself(self, got: list[str]) -> Match:
        """Return what a page would show that shows just this."""
        return Match(tuple((line, line) for line in self._printed(got)))

    def _printed(self, got: list[str]) -> list[Line]:
        """Return the lines that were printed."""
        return Normalizer(self._rules, {real: real for real in self._real.values()}).lines(got)

    def _agree(self, pairs: list[tuple[Line, Line]]) -> bool:
        """Tell whether all ids of these lines can be. Those in names of logs must be known, or equal."""
        real = dict(self._real)
        for shown, got in pairs:
            for one, other in zip(shown.ids, got.ids, strict=True):
                if real.setdefault(one, other) != other:
                    return False
        if len(set(real.values())) < len(real):
            return False
        for shown, got in pairs:
            for one, other in zip(shown.log_ids, got.log_ids, strict=True):
                if other not in (one, real.get(one)):
                    return False
        self._real = real
        return True


def in_order(pairs: list[tuple[Line, Line]]) -> bool:
    """Tell whether each job that started after the end of another one on the page has done so again."""
    times = [(shown.times, got.times) for shown, got in pairs if shown.times and got.times]
    for (start, end), (_, got_end) in times:
        for (later, later_end), (got_later, _) in times:
            # Where all is in one second, the page says nothing about the order.
            if end <= later and start < later_end and got_end > got_later:
                return False
    return True


def align(shown: list[Line], got: list[Line]) -> list[tuple[Line, Line]] | None:
    """Return pairs of lines that are the same; None if the page shows something else."""
    first, *rest = parts_of(shown)
    if not rest:
        return pairs_at(shown, got, 0) if len(shown) == len(got) else None
    *middle, last = rest
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


def parts_of(shown: list[Line]) -> list[list[Line]]:
    """Return the lines before, between and after the lines that stand for any lines."""
    parts: list[list[Line]] = [[]]
    for line in shown:
        if line.text == ANY:
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


def pairs_at(part: list[Line], got: list[Line], start: int) -> list[tuple[Line, Line]] | None:
    """Return pairs of the lines of a part with those that stand at a place; None if they are not the same."""
    there = got[start : start + len(part)]
    if [line.text for line in part] != [line.text for line in there]:
        return None
    return list(zip(part, there, strict=True))
