"""Finds the lines that somebody would have to type or change to make one text from another."""

from collections.abc import Collection
from dataclasses import dataclass
from difflib import SequenceMatcher

from pygments.lexers import get_lexer_by_name
from pygments.token import Comment

from extensions.slurm import BatchScript

# Comments to the language that another program reads: the kernel, Slurm, and a Fortran compiler.
READ_BY_PROGRAMS = ("#!", "#SBATCH", "!$")
PREPROCESSED = (Comment.Preproc, Comment.PreprocFile)  # comments to Pygments, but #include is none


@dataclass(frozen=True)
class Removed:
    """Lines of the old text that are gone, with nothing in their place.

    They stood below the line `after` of the new text, which is 0 for its top, and directly above the line `before`,
    which is 0 if it is another one that stood there.
    """

    after: int
    before: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Changes:
    """What became of a text: the numbers of its new or changed lines, counted from 1, and what was removed."""

    highlighted: frozenset[int]
    removed: tuple[Removed, ...]

    def __bool__(self) -> bool:
        """Return whether anything changed."""
        return bool(self.highlighted or self.removed)

    def within(self, shown: Collection[int]) -> "Changes":
        """Return what is left of the changes when only the lines `shown` are."""
        return Changes(
            frozenset(number for number in self.highlighted if number in shown),
            tuple(one for one in self.removed if one.after in shown or one.before in shown),
        )


def without_comments(text: str, language: str) -> str:
    """Return the text with its comments cut out and its lines where they were.

    `language` is a name that Pygments knows; ClassNotFound for another one.
    """
    lexer = BatchScript() if language in BatchScript.aliases else get_lexer_by_name(language)
    parts = []
    for _, kind, value in lexer.get_tokens_unprocessed(text):
        if kind in Comment and kind not in PREPROCESSED and not value.startswith(READ_BY_PROGRAMS):
            value = "\n" * value.count("\n")
        parts.append(value)
    return "".join(parts)


def counted(text: str, language: str) -> list[tuple[int, str]]:
    """Return the lines that count, each with its number, in the form in which they are compared."""
    lines = enumerate(without_comments(text.removeprefix("\ufeff"), language).split("\n"), 1)
    return [(number, line.strip()) for number, line in lines if line.strip()]


def with_brackets(changed: set[int], lines: dict[int, str]) -> set[int]:
    """Return the lines of `changed`, and the brackets that alone stand between two of them.

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
    """Return what somebody who has the text `old` must type, change and remove to have the text `new`.

    Comments, but for those that a program reads, blank lines and indentation do not count. `language` is the name of
    both texts' language in Pygments; ClassNotFound for one that it has not.
    """
    before, after = counted(old, language), counted(new, language)
    lines = dict(after)
    # By default difflib takes what is often in a long text for noise.
    matcher = SequenceMatcher(None, [line for _, line in before], list(lines.values()), autojunk=False)
    written = old.split("\n")
    changed: set[int] = set()
    removed = []
    for tag, gone_from, gone_to, first, last in matcher.get_opcodes():
        if tag == "delete":
            gone = [number for number, _ in before[gone_from:gone_to]]
            above = after[first - 1][0] if first else 0
            touches = gone_to < len(before) and (not above or before[gone_to][0] == gone[-1] + 1)
            below = after[first][0] if touches else 0
            removed.append(Removed(above, below, tuple(written[number - 1].strip() for number in gone)))
        elif tag != "equal":
            changed |= {number for number, _ in after[first:last]}
    return Changes(frozenset(with_brackets(changed, lines)), tuple(removed))
