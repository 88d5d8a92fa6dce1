"""Says where a text or an object stands in a listing of the page, and links to it: `lines 18 to 24`.

    {lines}`main`                                      an object, in the listing above
    {lines}`if index not in parameters ... sys.exit(`  from one text to the next one, in the listing above
    {lines}`main <python/collection.py>`               in a listing of this file, wherever on the page it is

A text must be in one shown line and in no other. A number can't be wrong, because nobody types one.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.pycode import ModuleAnalyzer
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

logger = logging.getLogger(__name__)

IN_A_FILE = re.compile(r"(?P<what>.+?)\s*<(?P<file>[^<>]+)>", re.DOTALL)


class pending_lines(nodes.Inline, nodes.TextElement):
    """Stands for a reference to lines until the whole page is read."""


class LinesRole(SphinxRole):
    """The role `lines`."""

    def run(self):
        """Keeps what is asked for until the page's listings are known."""
        node = pending_lines(self.rawtext, wanted=self.text)
        self.set_source_info(node)
        return [node], []


class Unknown(Exception):
    """The page refers to something that is not there, or not only there."""


def objects(file: Path) -> dict[str, tuple[int, int]]:
    """The classes and functions of a Python file, with dots as in `Picture.png`: first and last line."""
    if file.suffix != ".py":
        return {}
    tags = ModuleAnalyzer.for_file(str(file), "").find_tags()
    return {name: (first, last) for name, (_, first, last) in tags.items()}


def line_of(text: str, lines: dict[int, str]) -> int:
    """The number of the one line with this text; Unknown if there is none, or another."""
    found = [number for number, line in lines.items() if text in line]
    if not found:
        raise Unknown(f"{text!r} is in no shown line of it")
    if len(found) > 1:
        raise Unknown(f"{text!r} is in more than one shown line of it: {', '.join(map(str, found))}")
    return found[0]


def find(what: str, block: nodes.literal_block, root: Path) -> tuple[int, int]:
    """The first and last line of what is asked for in a listing; Unknown if it is not shown there."""
    written = (root / block["file"]).read_text(encoding="utf-8").splitlines()
    lines = {number: written[number - 1] for number in block["numbers"]}
    known = objects(root / block["file"])
    if what in known:
        first, last = known[what]
        if not lines.keys() >= {first, last}:
            raise Unknown(f"{what} is not wholly shown in it")
        return first, last
    begin, dots, end = what.partition(" ... ")
    first = line_of(begin, lines)
    if not dots:
        return first, first
    last = line_of(end, {number: line for number, line in lines.items() if number >= first})
    return first, last


def meant(file: str | None, above: list[nodes.literal_block], below: list[nodes.literal_block]) -> list:
    """The listings that may be meant: the one above, or all of a file, the nearest above first, then those below.

    Unknown if there is none.
    """
    blocks = [block for block in above[::-1] + below if block["file"] == file] if file else above[-1:]
    if not blocks:
        raise Unknown(f"the page has no listing of {file}" if file else "there is no listing above")
    return blocks


def reference(what: str, blocks: list[nodes.literal_block], root: Path) -> nodes.reference:
    """The link to what is asked for, in the first of the listings that shows it. Unknown as above."""
    unknown = []
    for block in blocks:
        try:
            if "linespans" not in block["highlight_args"]:
                raise Unknown("the listing has gaps or additions, so its lines have no numbers")
            first, last = find(what, block, root)
        except Unknown as error:
            unknown.append(Unknown(f"{error} ({block['file']})"))
            continue
        block["linenos"] = True
        text = f"line {first}" if first == last else f"lines {first} {'to' if last > first + 1 else 'and'} {last}"
        return nodes.reference("", text, internal=True, refid=f"{block['anchor']}-{first}", classes=["lines"])
    raise unknown[0]


def resolve(app, doctree: nodes.document) -> None:
    """Puts a link in the place of every reference to lines; warns, and so fails the build, where that can't be."""
    blocks, pending = [], []
    for node in doctree.findall():
        if isinstance(node, nodes.literal_block) and "anchor" in node:
            blocks.append(node)
        elif isinstance(node, pending_lines):
            pending.append((node, len(blocks)))
    for node, above in pending:
        named = IN_A_FILE.fullmatch(node["wanted"])
        file = f"{app.config.listing_root}/{named['file']}".lstrip("/") if named else None
        try:
            may_be = meant(file, blocks[:above], blocks[above:])
            new: nodes.Node = reference(named["what"] if named else node["wanted"], may_be, Path(app.srcdir))
        except Unknown as error:
            logger.warning("lines: %s", error, location=node)
            new = nodes.Text(node["wanted"])
        node.replace_self(new)


def setup(app) -> dict:
    """Connects the extension; Sphinx calls it."""
    app.setup_extension("extensions.listing")
    app.add_role("lines", LinesRole())
    app.add_node(pending_lines)
    app.connect("doctree-read", resolve)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
