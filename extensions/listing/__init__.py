"""Shows a file, or a part of one, as a listing: with its name, its line numbers, and the lines that are new in it.

It takes the place of Sphinx's `literalinclude` and keeps what that can do, except for what somebody would have to type
and keep up to date: highlighted lines and first line numbers.

- The caption begins with the file's name, which is also its download link; `:caption:` says what follows it.
- `:changes-from:` highlights the lines that are new or changed against another file, by default against the step
  before it in `listing_steps`, and says what is gone.
- `:show-diff:` lets the reader unfold the whole difference.
- Each line can be linked to. The numbers are seen where prose or a note refers to them, and with `:linenos:`.
"""

import difflib
from pathlib import Path
from typing import ClassVar, cast

from docutils import nodes
from docutils.parsers.rst import directives
from pygments.util import ClassNotFound
from sphinx.directives.code import LiteralInclude, LiteralIncludeReader

from extensions.listing.changes import Changes, compare

CONTEXT = 2  # lines around each change in a difference
SAID = 3  # removed lines that stand together; of more, only the first is repeated


class Unfit(Exception):
    """The listing can't be compared as the page asks."""


class Line(str):
    """A line of a file that knows its number, counted from 1."""

    number: int


class Reader(LiteralIncludeReader):
    """Finds out which lines of the file an include shows."""

    def read_file(self, filename, location=None):
        """The lines of the file, numbered."""
        lines = []
        for number, text in enumerate(super().read_file(filename, location), 1):
            lines.append(Line(text))
            lines[-1].number = number
        return lines

    def numbers(self) -> list[int]:
        """The numbers of the shown lines."""
        lines = self.read_file(self.filename)
        for choose in (self.pyobject_filter, self.start_filter, self.end_filter, self.lines_filter):
            lines = choose(lines)
        return [line.number for line in lines]


class Listing(LiteralInclude):
    """The directive `literalinclude`."""

    option_spec: ClassVar = {
        name: convert
        for name, convert in LiteralInclude.option_spec.items()
        if name not in ("diff", "emphasize-lines", "lineno-start", "lineno-match")
    } | {"changes-from": directives.unchanged, "show-diff": directives.flag}

    def run(self):
        """The listing, and below it what there is to say about it."""
        file = self.path(self.arguments[0])
        name = self.known_as(file)
        try:
            reader = Reader(str(self.root / file), self.options, self.config)
            shown = reader.numbers()
            together = shown == list(range(shown[0], shown[-1] + 1))
        except (OSError, UnicodeError, ValueError, IndexError):
            return super().run()  # Sphinx says what is wrong with it
        if together and not self.options.keys() & {"append", "prepend"}:
            self.options["lineno-match"] = None
        words = self.options.get("caption")
        self.options["caption"] = f"{{download}}`{name} </{file}>`" + (f", {words}" if words else "")

        result = super().run()
        block = next(iter(result[0].findall(nodes.literal_block)), None)
        if block is None:
            return result
        listing = cast(nodes.Element, result[0])
        block["file"], block["numbers"], block["anchor"] = file, shown, self.anchor(listing, name)
        block["whole"] = len(shown) == len(reader.read_file(reader.filename))
        block["linenos"] = "linenos" in self.options
        if "lineno-match" in self.options:
            block["highlight_args"] |= {"linespans": block["anchor"], "anchorlinenos": True}
        try:
            self.check_markers(reader)
            return result + self.changes(block)
        except Unfit as error:
            return [self.state.document.reporter.warning(f"listing: {error}", line=self.lineno)]

    def changes(self, block: nodes.literal_block) -> list[nodes.Node]:
        """Highlight what is new in the listing, and return what stands below it; Unfit where nothing is new."""
        if "changes-from" not in self.options:
            if "show-diff" in self.options:
                raise Unfit("show-diff without changes-from")
            return []
        file, shown = block["file"], block["numbers"]
        before = self.step_before(self.known_as(file))
        self.env.note_dependency(before)
        try:
            old = (self.root / before).read_text(encoding="utf-8")
            new = (self.root / file).read_text(encoding="utf-8")
            language = self.options.get("language", "text")
            changes = compare(old, new, language).within(shown)
        except (OSError, UnicodeError, ClassNotFound) as error:
            raise Unfit(f"changes from {before} can't be found: {error}") from error
        if not changes:
            raise Unfit(f"nothing that is shown changed from {before}")
        first = 2 if "prepend" in self.options else 1
        block["highlight_args"]["hl_lines"] = [shown.index(line) + first for line in sorted(changes.highlighted)]
        block["changes_from"] = before
        block["linenos"] = "lineno-match" in self.options
        below: list[nodes.Node] = [self.note(changes, before)]
        if "show-diff" in self.options:
            below.append(self.difference(old, new, before, file))
        return below

    def check_markers(self, reader: Reader) -> None:
        """Unfit if the text at which an excerpt begins or ends is in several lines: another one would be as good."""
        lines = reader.read_file(reader.filename)
        for options in (("start-at", "start-after"), ("end-at", "end-before")):
            for marker in [self.options[option] for option in options if option in self.options]:
                there = [line.number for line in lines if marker in line]
                if len(there) > 1:
                    raise Unfit(f"{marker!r} is in several lines: {', '.join(map(str, there))}")
            lines = reader.start_filter(lines)

    def step_before(self, name: str) -> str:
        """The path of the file that this one changes; Unfit if nobody says which."""
        if self.options["changes-from"]:
            return self.path(self.options["changes-from"])
        if name not in self.config.listing_steps:
            raise Unfit(f"{name} follows no other step in listing_steps: name the file that it changes")
        return f"{self.config.listing_root}/{self.config.listing_steps[name]}".lstrip("/")

    @property
    def root(self) -> Path:
        """The source folder."""
        return Path(self.env.srcdir)

    def path(self, argument: str) -> str:
        """The path that the page names, from the source folder."""
        return self.env.relfn2path(argument)[0]

    def known_as(self, file: str) -> str:
        """The name under which a reader knows the file."""
        return file.removeprefix(f"{self.config.listing_root}/")

    def anchor(self, node: nodes.Element, name: str) -> str:
        """Makes the listing's id from the file's name; the second listing of a file gets a number."""
        document = self.state.document
        wanted = anchor = nodes.make_id(name)
        again = 1
        while anchor in document.ids:
            again += 1
            anchor = f"{wanted}--{again}"
        node["ids"].insert(0, anchor)
        document.ids[anchor] = node
        return anchor

    def note(self, changes: Changes, before: str) -> nodes.paragraph:
        """Return the paragraph that says what the highlighting means, and what is gone."""
        note = nodes.paragraph(classes=["listing-note"])
        if changes.highlighted:
            note += [nodes.Text("Highlighted: new or changed against "), nodes.literal("", self.known_as(before))]
            note += nodes.Text(". ")
        if changes.removed:
            note += nodes.Text("Removed: " if changes.highlighted else f"Against {self.known_as(before)}, removed: ")
        for place, (after, lines) in enumerate(changes.removed):
            note += nodes.Text(f"{'; ' if place else ''}after line {after} ")
            more = len(lines) - SAID
            for number, line in enumerate(lines if more <= 0 else lines[:1]):
                note += [nodes.Text(", " if number else ""), nodes.literal("", line)]
            if more > 0:
                note += nodes.Text(f" and {len(lines) - 1} lines below it")
        if changes.removed:
            note += nodes.Text(".")
        return note

    def difference(self, old: str, new: str, before: str, file: str) -> nodes.admonition:
        """The whole difference of the two files, folded."""
        lines = difflib.unified_diff(
            old.splitlines(), new.splitlines(), self.known_as(before), self.known_as(file), n=CONTEXT, lineterm=""
        )
        text = "\n".join(lines)
        block = nodes.literal_block(text, text, language="diff", source=str(self.root / file), difference=True)
        self.set_source_info(block)
        box = nodes.admonition(classes=["dropdown", "listing-difference"])
        title = nodes.title("", "", nodes.Text("The whole difference from "), nodes.literal("", self.known_as(before)))
        box += [title, block]
        return box


def visit(self, node: nodes.literal_block) -> None:
    """Writes a block as Sphinx does. The numbers of a long listing would be a hundred stops for the Tab key."""
    try:
        type(self).visit_literal_block(self, node)
    except nodes.SkipNode:
        if "anchor" in node:
            self.body[-1] = self.body[-1].replace('<a href="#', '<a tabindex="-1" href="#')
        raise


def setup(app) -> dict:
    """Connects the extension; Sphinx calls it."""
    app.add_config_value("listing_root", "", "env", types=[str])  # the folder of the files that a reader gets
    app.add_config_value("listing_steps", {}, "env", types=[dict])  # step: the step before it; paths from that folder
    app.add_directive("literalinclude", Listing, override=True)
    app.add_node(nodes.literal_block, override=True, html=(visit, None))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
