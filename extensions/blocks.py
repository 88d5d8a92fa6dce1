"""The page model: what a block of a page is, which commands a console block holds, and what an edit makes of a file."""

import re
from dataclasses import dataclass, field

PROMPT = "$ "
# Not "<<<", and no shift to the left in an expression: a word begins with a letter.
HERE_DOCUMENT = re.compile(r"(?<!<)<<(?P<tabs>-?)\s*(?P<quote>['\"]?)\\?(?P<word>[A-Za-z_][\w-]*)(?P=quote)")


@dataclass(frozen=True)
class Command:
    """A command as it is typed, with all of its lines, and the output that is shown below it.

    `line` counts from 0, from the first line of the block.
    """

    line: int
    text: str
    output: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """A literal block of a page: where it stands, what kind it is, and what its options say."""

    page: str  # as "content/array-jobs"
    line: int  # of its first line of text in the page's source, counted from 1
    kind: str
    text: str
    options: dict = field(default_factory=dict, hash=False)

    @property
    def place(self) -> str:
        """The block as a person names it."""
        return f"{self.page}.md:{self.line}"


def commands(text: str) -> list[Command]:
    """The commands of a console block; ValueError for a text that does not begin with one, or ends inside of one.

    A line that begins with the prompt begins a command. A backslash at its end and a here-document carry it on.
    """
    found: list[Command] = []
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        if line.startswith(PROMPT):
            end = end_of_command(lines, number)
            typed = "\n".join([line.removeprefix(PROMPT), *lines[number + 1 : end]])
            found.append(Command(number, typed))
            number = end
            continue
        if not found:
            raise ValueError(f"the first line is no command: {line!r}")
        last = found[-1]
        found[-1] = Command(last.line, last.text, (*last.output, line))
        number += 1
    return found


def end_of_command(lines: list[str], first: int) -> int:
    """The number of the line after the command that begins in line `first`."""
    number = first
    while lines[number].endswith("\\"):
        number += 1
        if number == len(lines):
            raise ValueError(f"the command ends with a backslash: {lines[first]!r}")
    for match in HERE_DOCUMENT.finditer(" ".join(lines[first : number + 1])):
        while (lines[number].lstrip("\t") if match["tabs"] else lines[number]) != match["word"]:
            number += 1
            if number == len(lines):
                raise ValueError(f"the here-document has no end {match['word']}: {lines[first]!r}")
    return number + 1


def hunks(change: str) -> list[tuple[list[str], list[str]]]:
    """The (old lines, new lines) of an edit; ValueError for a text that is none.

    A line begins with - if it goes, with + if it comes, and with a blank if it stays. A line "..." stands between two
    places of the file.
    """
    found: list[tuple[list[str], list[str]]] = [([], [])]
    for line in change.split("\n"):
        old, new = found[-1]
        if line == "...":
            found.append(([], []))
        elif line[:1] not in ("-", "+", " ", ""):
            raise ValueError(f"a line of an edit begins with -, + or a blank: {line!r}")
        else:
            old += [line[1:]] if line[:1] != "+" else []
            new += [line[1:]] if line[:1] != "-" else []
    for old, new in found:
        if not old or old == new:
            raise ValueError("an edit names lines that are there, and changes them")
    return found


def edited(text: str, change: str) -> str:
    """The text after an edit; ValueError if its lines are not there exactly once."""
    lines = text.split("\n")
    for old, new in hunks(change):
        places = [number for number in range(len(lines)) if lines[number : number + len(old)] == old]
        if len(places) != 1:
            raise ValueError(f"{len(places)} places have the {len(old)} lines from {old[0]!r}")
        lines[places[0] : places[0] + len(old)] = new
    return "\n".join(lines)
