"""The page model: the kinds of blocks that a page has, the commands of a transcript, and the change of an edit.

Directives parse a block once, when the page is read; whoever walks, lists or colours it takes what is in here.
"""

import re
from dataclasses import dataclass
from typing import ClassVar

PROMPT = "$ "
# What bash takes as it is: a character after a backslash, a text in quotes, a comment. In "$(...)", commands are run,
# with quotes of their own.
SINGLE, DOUBLE = r"""'[^']*'""", r"""(?:\\.|[^"\\])*"""
INSIDE = rf"""\$\((?:\\.|{SINGLE}|"{DOUBLE}"|[^()"'\\])*\)"""
LITERAL = re.compile(
    rf"""\\.|\$'(?:\\.|[^'\\])*'|{SINGLE}|"(?P<double>(?:\\.|{INSIDE}|[^"\\])*+)"|(?:^|(?<=[\s;&|()]))\#[^\n]*""",
    re.DOTALL,
)
# Not "<<<", and none in an expression or an index: there it is a shift to the left.
HERE_DOCUMENT = re.compile(
    rf"""(?P<here>(?<!<)<<(?P<tabs>-?)[ \t]*(?P<quote>['"]?)\\?(?P<word>[A-Za-z_][\w-]*)(?P=quote))"""
    rf"""|\(\((?:[^()]|\([^()]*\))*\)\)|\w\[[^][\s]*\]|{LITERAL.pattern}""",
    re.DOTALL,
)

RELEASE = re.compile(r"[0-9]{2}\.(?:0[1-9]|1[0-2])")  # of Slurm: the year and the month; their order is that of text


@dataclass(frozen=True)
class Versions:
    """The versions of Slurm that a block is for, from the first to the last one, as "24.11"; "" for no end."""

    first: str
    last: str

    @classmethod
    def read(cls, text: str) -> "Versions":
        """Return what 22.05, 24.11- (and later), -23.11 (and earlier) or 22.05-23.11 means; ValueError for others."""
        first, dash, last = text.strip().partition("-")
        last = last if dash else first
        ends = [end for end in (first, last) if end]
        if not ends or not all(map(RELEASE.fullmatch, ends)) or ends != sorted(ends):
            raise ValueError(f"versions of Slurm are written like 22.05, 24.11-, -23.11 or 22.05-23.11, not {text!r}")
        return cls(first, last)

    def __contains__(self, release: str) -> bool:
        # No release, where there is no Slurm, is in none.
        return bool(release) and self.first <= release <= (self.last or release)

    def __str__(self) -> str:
        if self.first and self.last:
            return f"Slurm {self.first}" + (f" to {self.last}" if self.first != self.last else "")
        return f"Slurm {self.first} and later" if self.first else f"Slurm {self.last} and earlier"


@dataclass(frozen=True)
class Command:
    """A command as it is typed, with all of its lines, the output shown below it, and its exit code.

    `line` counts from 0, from the first line of the block. `bare` is the text without what bash takes as it is:
    here-documents, quoted words and comments.
    """

    line: int
    text: str
    bare: str
    output: tuple[str, ...] = ()
    exit: int = 0

    @property
    def shown(self) -> list[str]:
        """Return the output as a terminal shows it: without blanks at the ends of lines, and empty ones at its own."""
        lines = [line.rstrip() for line in self.output]
        while lines and not lines[-1]:
            lines.pop()
        return lines


@dataclass(frozen=True)
class Block:
    """A literal block of a page; `line` is that of its first line of text in the page's source, counted from 1.

    One of this class itself is of no kind.
    """

    kind: ClassVar[str] = ""
    page: str  # as "content/array-jobs"
    line: int
    text: str

    @property
    def location(self) -> str:
        """Return the location as a person writes it."""
        return f"{self.page}.md:{self.line}"

    @property
    def summary(self) -> str:
        """Return a few words about the block."""
        return ""


@dataclass(frozen=True)
class Listing(Block):
    """A file, or a part of one."""

    kind = "included file"
    file: str  # its path from the source folder

    @property
    def summary(self) -> str:
        """Return the file's path."""
        return self.file


@dataclass(frozen=True)
class Excerpt(Listing):
    """A part of a file."""

    kind = "excerpt"


@dataclass(frozen=True)
class Difference(Block):
    """A difference of two files, computed from them."""

    kind = "difference"


@dataclass(frozen=True)
class Transcript(Block):
    """What is typed in a terminal, and what comes out."""

    kind = "transcript"
    commands: tuple[Command, ...]
    limit: int  # seconds that the block may take, with the jobs that it waits for
    compared: bool  # is the output compared, or only shown?
    on_host: bool  # is it typed on the machine that runs the cluster, not in the cluster?
    slurm: Versions | None = None  # which versions it is typed on; None for all

    @property
    def summary(self) -> str:
        """Return the first command."""
        first, *rest = self.commands
        line = first.text.split("\n")[0]
        more = f" (and {len(rest)} more)" if rest else ""
        return f"$ {line}{more}" + (f" (on {self.slurm})" if self.slurm else "")


@dataclass(frozen=True)
class Edit(Block):
    """A change that the learner makes in a file."""

    kind = "edit"
    file: str  # from the folder where the learner is
    result: str  # the file of the site that comes out, from the source folder; "" for none

    @property
    def summary(self) -> str:
        """Return the file's path."""
        return self.file


@dataclass(frozen=True)
class ForShow(Block):
    """A block that nobody runs, for a reason."""

    kind = "for show"
    reason: str

    @property
    def summary(self) -> str:
        """Return the reason."""
        return self.reason


KINDS = (Listing, Excerpt, Difference, Transcript, Edit, ForShow)


def parse(text: str) -> list[Command]:
    """Return the commands of a console block; ValueError for a text that begins with none, or ends inside of one.

    A line that begins with the prompt begins a command. A backslash at its end, a quote and a here-document carry it
    on.
    """
    lines = text.split("\n")
    if not lines[0].startswith(PROMPT):
        raise ValueError(f"the first line is no command: {lines[0]!r}")
    found: list[Command] = []
    number = 0
    while number < len(lines):
        first = number
        typed = [lines[first].removeprefix(PROMPT), *lines[first + 1 :]]
        head, whole = ends_of_command(typed)
        end = first + whole
        number = next((after for after in range(end, len(lines)) if lines[after].startswith(PROMPT)), len(lines))
        output = tuple(lines[end:number])
        found.append(Command(first, "\n".join(typed[:whole]), bare("\n".join(typed[:head])), output))
    return found


def ends_of_command(lines: list[str]) -> tuple[int, int]:
    """Return how many lines the command at their beginning has without and with its here-documents.

    ValueError if it has no end.
    """
    head = 1
    while is_open("\n".join(lines[:head])):
        if head == len(lines):
            raise ValueError(f"the command ends with a backslash, or in a quotation: {lines[0]!r}")
        head += 1
    end = head
    for match in HERE_DOCUMENT.finditer("\n".join(lines[:head])):
        if not match["here"]:
            continue
        while end < len(lines) and (lines[end].lstrip("\t") if match["tabs"] else lines[end]) != match["word"]:
            end += 1
        if end == len(lines):
            raise ValueError(f"the here-document has no end {match['word']}: {lines[0]!r}")
        end += 1
    return head, end


def bare(command: str) -> str:
    """Return a command without what bash takes as it is."""
    return LITERAL.sub(lambda match: match["double"] if re.search(r"\$\(|`", match["double"] or "") else "_", command)


def is_open(command: str) -> bool:
    """Tell whether a command ends in a quotation, or with a backslash."""
    return bool(re.search(r"""["']|\\$""", LITERAL.sub("", command)))


def hunks(change: str) -> list[tuple[list[str], list[str]]]:
    """Return the (old lines, new lines) of each place that an edit changes; ValueError for a text that is none.

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
    """Return the text after an edit; ValueError if its lines are not there exactly once."""
    lines = text.split("\n")
    for old, new in hunks(change):
        there = [number for number in range(len(lines)) if lines[number : number + len(old)] == old]
        if len(there) != 1:
            raise ValueError(f"{len(there)} places have the {len(old)} lines from {old[0]!r}")
        lines[there[0] : there[0] + len(old)] = new
    return "\n".join(lines)
