"""Finds the lines that somebody would have to type or change to make one text from another.

The matching keeps a longest common subsequence of the two texts' lines, as in D. S. Hirschberg, "Algorithms for the
longest common subsequence problem", J. ACM 24 (1977), https://doi.org/10.1145/322033.322044, so no line is called
changed that could have stayed. Python's difflib looks for long equal blocks instead and can call more lines changed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from pygments.lexers import get_lexer_by_name
from pygments.token import Comment

from extensions.slurm import BatchScript

# Comments to the language that another program reads: the kernel, and Slurm.
READ_BY_PROGRAMS = ("#!", "#SBATCH")


@dataclass(frozen=True)
class Changes:
    """What became of a text: `lit` are the numbers of its new or changed lines, counted from 1.

    `removed` has a pair for each place where lines are gone and nothing came instead: the number of the line after
    which they stood (0 for the top), and those lines.
    """

    lit: frozenset[int]
    removed: tuple[tuple[int, tuple[str, ...]], ...]

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.lit or self.removed)

    def within(self, shown: Collection[int]) -> "Changes":
        """What is left of the changes when only the lines `shown` are."""
        return Changes(
            frozenset(number for number in self.lit if number in shown),
            tuple((after, lines) for after, lines in self.removed if after in shown),
        )


def without_comments(text: str, language: str) -> str:
    """The text with its comments cut out and its lines where they were; `language` is a name that Pygments knows."""
    lexer = BatchScript() if language in BatchScript.aliases else get_lexer_by_name(language)
    parts = []
    for _, kind, value in lexer.get_tokens_unprocessed(text):
        if kind in Comment and not value.startswith(READ_BY_PROGRAMS):
            value = "\n" * value.count("\n")
        parts.append(value)
    return "".join(parts)


def counted(text: str, language: str) -> list[tuple[int, str]]:
    """The lines that count, each with its number, in the form in which they are compared."""
    lines = enumerate(without_comments(text, language).split("\n"), 1)
    return [(number, line.strip()) for number, line in lines if line.strip()]


def kept(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """The places (from 0) of the lines that both lists have in the same order, as many as can be: [(old, new), ...].

    Among several such choices it is one with the most lines that follow each other in both lists.
    """
    # The worth of what can be kept from there on, and of that if these two lines are. Neighbours never outweigh a line.
    line = len(old) + 1
    worth = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    worth_if = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            if old[i] == new[j]:
                beside = worth_if[i + 1][j + 1]
                worth_if[i][j] = line + max(worth[i + 1][j + 1], beside + 1 if beside else 0)
            worth[i][j] = max(worth_if[i][j], worth[i + 1][j], worth[i][j + 1])
    pairs = []
    i = j = 0
    stay = False  # whether the two lines before are kept because these two are
    while i < len(old) and j < len(new):
        if worth_if[i][j] and (stay or worth_if[i][j] == worth[i][j]):
            pairs.append((i, j))
            stay = worth_if[i + 1][j + 1] > 0 and worth_if[i][j] == line + worth_if[i + 1][j + 1] + 1
            i, j = i + 1, j + 1
        elif worth[i + 1][j] == worth[i][j]:
            i += 1
        else:
            j += 1
    return pairs


def closed(changed: set[int], lines: dict[int, str]) -> set[int]:
    """The changed line numbers, and those of mere punctuation that stand between two of them without a gap.

    A bracket that closes a new call may well have closed another one before. Whoever types the call types it too.
    """
    found = set(changed)
    for number in sorted(changed):
        run = []
        while (number := number + 1) in lines and number not in changed and not any(map(str.isalnum, lines[number])):
            run.append(number)
        if number in changed:
            found.update(run)
    return found


def compare(old: str, new: str, language: str) -> Changes:
    """What somebody who has the text `old` must type, change and remove to have the text `new`.

    Comments, but for those that a program reads, blank lines and indentation do not count. `language` is the name of
    both texts' language in Pygments; ClassNotFound for one that it has not.
    """
    before, after = counted(old, language), counted(new, language)
    pairs = kept([line for _, line in before], [line for _, line in after])
    stays = {after[j][0] for _, j in pairs}
    lines = dict(after)
    lit = frozenset(closed(lines.keys() - stays, lines))

    written = old.split("\n")
    removed = []
    # Between two lines that stay, old lines that nothing replaces are gone.
    edges = [(-1, -1), *pairs, (len(before), len(after))]
    for (i, j), (next_i, next_j) in pairwise(edges):
        if next_i > i + 1 and next_j == j + 1:
            gone = tuple(written[before[place][0] - 1].strip() for place in range(i + 1, next_i))
            removed.append((after[j][0] if j >= 0 else 0, gone))
    return Changes(lit, tuple(removed))
