"""Says in prose how many there are of something, read from the code or the data itself.

`counts` in conf.py names what can be counted and where. Then, in a page:

    {count}`metrics`                       five; thirteen and more in digits
    {count}`Metrics`                       Five
    {counted}`--array={tasks:range}`       --array=0-6, as code; {tasks} is 7 and {tasks:last} is 6
"""

import ast
import csv
import functools
import math
import string
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

logger = logging.getLogger(__name__)

WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
# Methods that give a list, a set or a dictionary more values, or fewer.
CHANGING = {"add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "setdefault", "update"}


class Unknown(Exception):
    """There is nothing to count, or not where it should be."""


parsed = functools.cache(ast.parse)  # the pages ask the same few files again and again


def definitions(path: Path, name: str) -> dict[ast.expr, ast.expr]:
    """Return the targets, with their values, where a Python file gives a value to a name alone, at its top level."""
    found = {}
    for node in parsed(path.read_bytes()).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if [ast.unparse(target) for target in targets] == [name]:
                found[targets[0]] = node.value
    return found


def constants(path: Path, name: str) -> list:
    """Return the values that a Python file gives to a name at its top level, found without running it."""
    return [ast.literal_eval(value) for value in definitions(path, name).values()]


def changes(path: Path, name: str) -> list[int]:
    """Return the lines in which a Python file may change what it has given to a name."""
    defined = definitions(path, name)
    lines = []
    for node in ast.walk(parsed(path.read_bytes())):
        if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript) or node in defined:
            continue
        of = node if isinstance(node, ast.Name) else node.value
        called = isinstance(node, ast.Attribute) and node.attr in CHANGING
        if isinstance(of, ast.Name) and of.id == name and (called or not isinstance(node.ctx, ast.Load)):
            lines.append(node.lineno)
    return sorted(lines)


@dataclass(frozen=True)
class InFile:
    """Something that one file says how many there are of."""

    file: str

    def files(self, counts: dict) -> list[str]:
        """Return the files that are read for it."""
        return [self.file]


@dataclass(frozen=True)
class Constant(InFile):
    """A constant of a Python file: its value if it is a whole number, else how many values it has."""

    name: str

    def read(self, root: Path, counts: dict) -> int:
        """Return the number, found without running the file."""
        found = constants(root / self.file, self.name)
        if len(found) != 1:
            raise Unknown(f"{self.file} defines {self.name} {len(found)} times")
        if lines := changes(root / self.file, self.name):
            raise Unknown(f"{self.file} changes {self.name} in line {lines[0]}, and is not run to be counted")
        (value,) = found
        if isinstance(value, list | tuple | set | dict):
            return len(value)
        if type(value) is not int or value < 0:  # True is an int, too
            raise Unknown(f"{self.file}: {self.name} is {value!r}, which is no number of things")
        return value


@dataclass(frozen=True)
class Column(InFile):
    """The different values in a column of a CSV file."""

    name: str

    def read(self, root: Path, counts: dict) -> int:
        """Return how many there are."""
        with open(root / self.file, encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if self.name not in (rows.fieldnames or ()):
                raise Unknown(f"{self.file} has no column {self.name}")
            found = set()
            for row in rows:
                if not (row[self.name] or "").strip():
                    raise Unknown(f"{self.file} has no {self.name} in line {rows.line_num}")
                found.add(row[self.name])
            return len(found)


@dataclass(frozen=True)
class Rows(InFile):
    """The rows of a CSV file below its header."""

    def read(self, root: Path, counts: dict) -> int:
        """Return how many there are."""
        with open(root / self.file, encoding="utf-8-sig", newline="") as file:
            return sum(1 for _ in csv.DictReader(file))


@dataclass(frozen=True)
class Product:
    """Every combination of other things that are counted."""

    names: tuple[str, ...]

    def read(self, root: Path, counts: dict) -> int:
        """Return the product of their numbers."""
        return math.prod(counts[name].read(root, counts) for name in self.names)

    def files(self, counts: dict) -> list[str]:
        """Return the files that are read for it."""
        return [file for name in self.names for file in counts[name].files(counts)]


class Number(int):
    """A number of things that can be formatted as the range of their indices."""

    def __format__(self, spec: str) -> str:
        """Return it as digits, as `range` from 0, or as the `last` index."""
        if spec not in ("", "range", "last"):
            raise Unknown(f"{spec!r} is neither range nor last")
        if spec and self == 0:
            raise Unknown(f"0 things have no {spec}")
        return {"": str(int(self)), "range": f"0-{self - 1}", "last": str(self - 1)}[spec]


class CountRole(SphinxRole):
    """Finds numbers for the roles below."""

    def number(self, name: str) -> Number:
        """Return how many there are of something; Unknown for what the configuration does not name."""
        counts = self.config.counts
        if name not in counts:
            raise Unknown(f"{name!r} is not in counts: {', '.join(counts)}")
        try:
            for file in counts[name].files(counts):
                self.env.note_dependency(file)
            return Number(counts[name].read(Path(self.env.srcdir), counts))
        except (OSError, SyntaxError, ValueError, TypeError, LookupError, RecursionError, csv.Error) as error:
            raise Unknown(f"{name!r} can't be counted: {error}") from error

    def node(self) -> nodes.Node:
        """Return what stands in the page; Unknown if it can't be counted."""
        raise NotImplementedError

    def run(self):
        """Return the number as text; warn, and so fail the build, where there is none."""
        try:
            return [self.node()], []
        except Unknown as error:
            logger.warning("%s: %s", self.name, error, location=self.get_location())
            return [nodes.Text(self.text)], []


class Count(CountRole):
    """The role `count`."""

    def node(self) -> nodes.Node:
        """Return the number in words; with a capital if the name has one."""
        name = self.text[:1].lower() + self.text[1:]
        number = self.number(name)
        text = WORDS[number] if number < len(WORDS) else str(int(number))
        return nodes.inline("", text.capitalize() if name != self.text else text, classes=["count"])


class Counted(CountRole):
    """The role `counted`."""

    def node(self) -> nodes.Node:
        """Return code with numbers in it."""
        text = ""
        try:
            for before, name, spec, _ in string.Formatter().parse(self.text):
                text += before + (format(self.number(name), spec or "") if name is not None else "")
        except ValueError as error:
            raise Unknown(f"{self.text!r}: {error}") from error
        if text == self.text:
            raise Unknown(f"{self.text!r} has no {{name}} in it")
        return nodes.literal("", text, classes=["count"])


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.add_config_value("counts", {}, "env", types=[dict])
    app.add_role("count", Count())
    app.add_role("counted", Counted())
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
