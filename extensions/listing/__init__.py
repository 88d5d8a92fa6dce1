"""Shows a file, or a part of one, as a listing: with its name, its line numbers, and what is new in it highlighted."""

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast

from docutils import nodes
from docutils.parsers.rst import directives
from pygments.util import ClassNotFound
from sphinx import addnodes
from sphinx.directives.code import LiteralInclude, LiteralIncludeReader
from sphinx.highlighting import PygmentsBridge

from extensions.listing.changes import Changes, compare
from extensions.listing.objects import objects
from walk.directives import duplicate

CONTEXT = 2  # lines around each change in a difference
REPEATED = 3  # removed lines that stand together; of more, only the first is repeated
# What would make a listing something else than lines of a file in their order, or has to be kept up to date by hand.
REFUSED = ("append", "diff", "emphasize-lines", "lineno-match", "lineno-start", "lines", "prepend")


class Unfit(Exception):
    """The listing can't be shown or compared as the page asks."""


@dataclass(frozen=True)
class Listing:
    """What a literal block shows, as its attribute `listing`.

    `file` is the path from the source folder, `numbers` are those of the shown lines, counted from 1, and a line's id
    is `anchor`, a hyphen and its number.
    """

    file: str
    numbers: range
    anchor: str


class ListingDirective(LiteralInclude):
    """The directive `literalinclude`, in the place of Sphinx's own.

        ```{literalinclude} /code/python/collection.py
        :language: python
        :pyobject: write_table
        :changes-from:
        ```

    The caption begins with the file's name, which is also its download link. Each line can be linked to. The numbers
    are the file's; they are seen where prose (the role `lines`) or a note refers to them.

    Argument
    --------
    file : path, from the page or, with a / at its beginning, from the source folder.

    Options
    -------
    caption : what follows the file's name.
    changes-from : highlights the lines that are new or changed against this file, and says below what is gone. Without
        a file it is the step before in `listing_steps`. Comments, as the language has them, blank lines and indentation
        do not count.
    show-diff : flag; adds the whole difference, folded. Only with `changes-from`.
    linenos : flag; shows the numbers.
    pyobject : shows one class or function. It must be defined once.
    start-at, start-after, end-at, end-before : show a part that begins or ends at a text. It must be in one line of
        the file, or of the object, and for the end of what is left of it.
    class, dedent, encoding, force, language, name, tab-width : as in Sphinx.

    Sphinx's options `append`, `diff`, `emphasize-lines`, `lineno-match`, `lineno-start`, `lines` and `prepend` are
    unknown here: a listing shows lines of a file as they are, and nobody types what can be computed.
    """

    option_spec: ClassVar = {
        name: convert for name, convert in LiteralInclude.option_spec.items() if name not in REFUSED
    } | {"changes-from": directives.unchanged, "show-diff": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the listing and what there is to say about it, or a warning that names page and line."""
        if name := duplicate(self.block_text):
            return [self.state.document.reporter.warning(f"listing: {name} is there twice", line=self.lineno)]
        file = self.path(self.arguments[0])
        words = self.options.get("caption")
        self.options |= {"lineno-match": None, "caption": words or "a caption"}
        result = super().run()
        block = next((found for node in result for found in node.findall(nodes.literal_block)), None)
        if block is None:
            return result  # Sphinx says what is wrong with it
        try:
            reader = LiteralIncludeReader(self.root / file, self.options, self.config)
            self.check(reader)
            first = block["highlight_args"]["linenostart"]
            shown = range(first, first + len(block.astext().splitlines()))
            anchor = self.anchor(block.parent, self.known_as(file), shown)
            block["listing"] = Listing(file, shown, anchor)
            block["highlight_args"] |= {"linespans": anchor, "anchorlinenos": True}
            self.begin_caption(block.parent, file, bool(words))
            if "linenos" not in self.options and "changes-from" not in self.options:
                del block["linenos"]  # then `highlight` and its linenothreshold decide
            return result + self.changes(block, reader)
        except Unfit as error:
            return [self.state.document.reporter.warning(f"listing: {error}", line=self.lineno)]

    def begin_caption(self, listing: nodes.Element, file: str, words: bool) -> None:
        """Put the file's name before the words of the caption, or in its place where the page gives none."""
        caption = cast(nodes.caption, listing[0])
        link = addnodes.download_reference(
            "", "", refdoc=self.env.docname, reftarget=f"/{file}", reftype="download", refdomain="", refexplicit=True,
            refwarn=False,
        )  # fmt: skip
        link += nodes.literal("", self.known_as(file), classes=["xref", "download"])
        caption[:] = [link, nodes.Text(", "), *caption.children] if words else [link]
        caption.rawsource = caption.astext()  # for translators

    def changes(self, block: nodes.literal_block, reader: LiteralIncludeReader) -> list[nodes.Node]:
        """Highlight what is new in the listing, and return what stands below it; Unfit where nothing is new."""
        if "changes-from" not in self.options:
            if "show-diff" in self.options:
                raise Unfit("show-diff without changes-from")
            return []
        listing = block["listing"]
        before = self.step_before(self.known_as(listing.file))
        self.env.note_dependency(before)
        try:
            old, new = ("".join(reader.read_file(self.root / path)) for path in (before, listing.file))
            changes = compare(old, new, self.language()).within(listing.numbers)
        except (OSError, UnicodeError, ClassNotFound) as error:
            raise Unfit(f"changes from {before} can't be found: {error}") from error
        if not changes:
            raise Unfit(f"nothing that is shown changed from {before}")
        block["highlight_args"]["hl_lines"] = sorted(listing.numbers.index(line) + 1 for line in changes.highlighted)
        below: list[nodes.Node] = [self.note(changes, before, listing.numbers)]
        if "show-diff" in self.options:
            below.append(self.difference(old, new, before, listing.file))
        return below

    def language(self) -> str:
        """Return the name of the language by which comments are found; Unfit if nobody says it."""
        language = self.options.get("language") or self.env.current_document.highlight_language
        language = language or self.config.highlight_language
        if language in ("default", "guess"):
            raise Unfit("changes-from needs the language, to know what is a comment")
        return language

    def check(self, reader: LiteralIncludeReader) -> None:
        """Raise Unfit if lines can't be numbered, or if what the excerpt is named by stands in several places."""
        lines = reader.read_file(reader.filename)
        for number, line in enumerate(lines, 1):
            if not line.endswith("\n") and number < len(lines):
                raise Unfit(f"line {number} has {line[-1]!r} in it, which not everybody takes for the end of a line")
        name = self.options.get("pyobject")
        if name and len(places := objects(Path(reader.filename)).get(name, [])) > 1:
            raise Unfit(f"{name} is defined in several places: {', '.join(f'line {place[0]}' for place in places)}")
        lines = reader.pyobject_filter(lines)
        self.check_marker(dict(enumerate(lines, reader.lineno_start)), "start-at", "start-after")
        lines = reader.start_filter(lines)
        numbered = dict(enumerate(lines, reader.lineno_start))
        if "end-before" in self.options:
            numbered.pop(reader.lineno_start, None)  # Sphinx never ends an excerpt before its first line
        self.check_marker(numbered, "end-at", "end-before")

    def check_marker(self, lines: dict[int, str], *options: str) -> None:
        """Raise Unfit if the text of one of these options is in several of the lines: another would be as good."""
        for marker in [self.options[option] for option in options if option in self.options]:
            found = [number for number, line in lines.items() if marker in line]
            if len(found) > 1:
                raise Unfit(f"{marker!r} is in several lines: {', '.join(map(str, found))}")

    def step_before(self, name: str) -> str:
        """Return the path of the file that this one changes; Unfit if nobody says which."""
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
        """Return the path that the page names, from the source folder."""
        return self.env.relfn2path(argument)[0]

    def known_as(self, file: str) -> str:
        """Return the name under which a reader knows the file."""
        return file.removeprefix(f"{self.config.listing_root}/")

    def anchor(self, node: nodes.Element, name: str, numbers: range) -> str:
        """Return the listing's id, made from the file's name; with a number if it or a line's id is taken.

        Nothing that comes later on the page gets one of these ids.
        """
        ids = self.state.document.ids
        wanted = anchor = nodes.make_id(name) or "file"  # of 2024, and of a name without Latin letters, nothing is left
        again = 1
        while (taken := {anchor, *(f"{anchor}-{number}" for number in numbers)}) & ids.keys():
            again += 1
            anchor = f"{wanted}--{again}"
        node["ids"].insert(0, anchor)
        ids.update(dict.fromkeys(taken, node))
        return anchor

    def note(self, changes: Changes, before: str, shown: range) -> nodes.paragraph:
        """Return the paragraph that says what the highlighting means, and what is gone."""
        note = nodes.paragraph(classes=["listing-note"])
        if changes.highlighted:
            note += [nodes.Text("Highlighted: new or changed against "), nodes.literal("", self.known_as(before))]
            note += nodes.Text(". ")
        if changes.removed:
            note += nodes.Text("Removed " if changes.highlighted else f"Against {self.known_as(before)}, removed ")
        for place, removed in enumerate(changes.removed):
            where = f"after line {removed.after}" if removed.after in shown else f"before line {removed.before}"
            note += nodes.Text(f"{'; ' if place else ''}{where}: ")
            lines = removed.lines if len(removed.lines) <= REPEATED else removed.lines[:1]
            for number, line in enumerate(lines):
                note += [nodes.Text(", " if number else ""), nodes.literal("", line)]
            if len(lines) < len(removed.lines):
                note += nodes.Text(f" and the {len(removed.lines) - 1} lines below it")
        if changes.removed:
            note += nodes.Text(".")
        return note

    def difference(self, old: str, new: str, before: str, file: str) -> nodes.admonition:
        """Return the whole difference of the two files, folded."""
        lines = difflib.unified_diff(
            old.splitlines(), new.splitlines(), self.known_as(before), self.known_as(file), n=CONTEXT, lineterm=""
        )
        text = "\n".join(lines)
        block = nodes.literal_block(text, text, language="diff", source=str(self.root / file))
        self.set_source_info(block)
        box = nodes.admonition(classes=["dropdown", "listing-difference"])
        title = nodes.title("", "", nodes.Text("The whole difference from "), nodes.literal("", self.known_as(before)))
        box += [title, block]
        return box


def keep_blank_lines(bridge: PygmentsBridge) -> None:
    """Have a listing's blank lines at its ends shown: most lexers leave them out, and every number would be wrong."""
    get_lexer = bridge.get_lexer

    def with_blank_lines(source, lang, opts=None, force=False, location=None):
        kept = {"stripnl": False} if isinstance(location, nodes.Element) and "listing" in location else {}
        return get_lexer(source, lang, {**(opts or {}), **kept}, force, location)

    bridge.get_lexer = with_blank_lines  # type: ignore[method-assign]


def write(self, node: nodes.literal_block) -> None:
    """Write a block as Sphinx does, with all its lines."""
    if "get_lexer" not in vars(self.highlighter):
        keep_blank_lines(self.highlighter)
    type(self).visit_literal_block(self, node)


def visit(self, node: nodes.literal_block) -> None:
    """Write a block in this way into HTML. The numbers of a long listing would be a hundred stops for the Tab key."""
    try:
        write(self, node)
    except nodes.SkipNode:
        if "listing" in node:
            self.body[-1] = self.body[-1].replace('<a href="#', '<a tabindex="-1" href="#')
        raise


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.add_config_value("listing_root", "", "env", types=[str])  # the folder of the files that a reader gets
    app.add_config_value("listing_steps", {}, "env", types=[dict])  # step: the step before it; paths from that folder
    app.add_directive("literalinclude", ListingDirective, override=True)
    app.add_node(nodes.literal_block, override=True, html=(visit, None), latex=(write, None))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
