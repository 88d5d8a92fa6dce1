"""The page model: what a block of a page is, and which commands a console block holds."""

import re
from dataclasses import dataclass, field

PROMPT = "$ "
HERE_DOCUMENT = re.compile(r"<<-?\s*(?P<quote>['\"]?)(?P<word>\w+)(?P=quote)")


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
    options: dict = field(default_factory=dict)

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
        while lines[number].strip() != match["word"]:
            number += 1
            if number == len(lines):
                raise ValueError(f"the here-document has no end {match['word']}: {lines[first]!r}")
    return number + 1
