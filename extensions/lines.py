"""Says where a text or an object stands in a listing of the page, and links to it: `lines 18 to 24`.

    {lines}`main`                                      an object, in the listing above
    {lines}`if index not in parameters ... sys.exit(`  from one text to the next one, in the listing above
    {lines}`main <python/collection.py>`               in a listing of this file, wherever on the page it is

A text must be in one shown line and in no other, and an object defined once. A number can't be wrong, because nobody
types one.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from extensions.listing.objects import objects

logger = logging.getLogger(__name__)

IN_A_FILE = re.compile(r"(?P<what>.+?)\s*<(?P<file>[^<>]+)>", re.DOTALL)
NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
PLAIN = ("man", "texinfo", "text")  # formats without colours, line numbers, and links to a line


class pending_lines(nodes.Inline, nodes.TextElement):
    """Stands for a reference to lines until the whole page is read."""


class LinesRole(SphinxRole):
    """The role `lines`."""

    def run(self):
        """Keep what is asked for until the page's listings are known."""
        node = pending_lines(self.rawtext, wanted=self.text)
        self.set_source_info(node)
        return [node], []


class Unknown(Exception):
    """The page refers to something that is not there, or not only there."""


def one(what: str, found: list) -> int:
    """Return the one line that was found; Unknown if there is none, or another."""
    if not found:
        raise Unknown(f"{what!r} is in no shown line of it")
    if len(found) > 1:
        raise Unknown(f"{what!r} is in more than one shown line of it: {', '.join(map(str, found))}")
    return found[0]


def definition(name: str, file: Path) -> range | None:
    """Return the lines of an object of a Python file, None for a name that it does not define.

    Unknown if it defines it twice, or is no Python.
    """
    if file.suffix != ".py" or not NAME.fullmatch(name):
        return None
    try:
        found = objects(file).get(name, [])
    except (SyntaxError, ValueError) as error:
        raise Unknown(f"{name} can't be found, because the file is no Python: {error}") from error
    if len(found) > 1:
        raise Unknown(f"{name} is defined in several places: {', '.join(f'line {lines[0]}' for lines in found)}")
    return found[0] if found else None


def find(what: str, block: nodes.literal_block, root: Path) -> tuple[int, int]:
    """Return the first and last line of what is asked for in a listing; Unknown if it is not shown there."""
    listing = block["listing"]
    if whole := definition(what, root / listing.file):
        if whole[0] not in listing.numbers or whole[-1] not in listing.numbers:
            raise Unknown(f"{what} is not wholly shown in it")
        return whole[0], whole[-1]
    lines = dict(zip(listing.numbers, block.astext().splitlines(), strict=True))
    begin, dots, end = what.partition(" ... ")
    first = one(begin, [number for number, line in lines.items() if begin in line])
    last = one(end, [number for number, line in lines.items() if end in line and number >= first]) if dots else first
    return first, last


def reference(what: str, blocks: list[nodes.literal_block], root: Path) -> nodes.reference:
    """Return the link to what is asked for, in the first of the listings that shows it.

    Unknown, of the first listing, if none does.
    """
    unknown = []
    for block in blocks:
        try:
            first, last = find(what, block, root)
        except Unknown as error:
            unknown.append(Unknown(f"{error} ({block['listing'].file})"))
            continue
        block["linenos"] = True
        text = f"line {first}" if first == last else f"lines {first} {'to' if last > first + 1 else 'and'} {last}"
        return nodes.reference("", text, internal=True, refid=f"{block['listing'].anchor}-{first}", classes=["lines"])
    raise unknown[0]


class ResolveLines(SphinxTransform):
    """Puts a link in the place of every reference to lines; warns, and so fails the build, where that can't be."""

    default_priority = 700  # headings are copied into tables of contents at 720 and later

    def apply(self, **options) -> None:
        """Resolve the references of a page, each with the listings above it."""
        blocks, pending = [], []
        for node in self.document.findall():
            if isinstance(node, nodes.literal_block) and "listing" in node:
                blocks.append(node)
            elif isinstance(node, pending_lines):
                pending.append((node, len(blocks)))
        for node, above in pending:
            try:
                new: nodes.Node = self.resolve(node["wanted"], blocks[:above], blocks[above:])
            except Unknown as error:
                logger.warning("lines: %s", error, location=node)
                new = nodes.Text(node["wanted"])
            node.replace_self(new)

    def resolve(self, wanted: str, above: list, below: list) -> nodes.reference:
        """Return the link; Unknown if it would lead nowhere."""
        root = Path(self.env.srcdir)
        where = ""
        if named := IN_A_FILE.fullmatch(wanted):
            file = f"{self.config.listing_root}/{named['file']}".lstrip("/")
            if blocks := [block for block in above[::-1] + below if block["listing"].file == file]:
                return reference(named["what"], blocks, root)
            where = f"the page has no listing of {file}, and "
        if not above:
            raise Unknown(f"{where}there is no listing above")
        try:
            return reference(wanted, above[-1:], root)
        except Unknown as error:
            raise Unknown(f"{where}{error}") from error


class LinesElsewhere(SphinxPostTransform):
    """Makes references to lines, and what is highlighted, mean something in other formats than pages of HTML."""

    default_priority = 900  # after Sphinx has found out which blocks have line numbers

    def run(self, **options) -> None:
        """Change the listings and the references as the format needs it."""
        builder = self.env._app.builder
        if builder.format == "latex":
            for link in self.document.findall(nodes.reference):
                if "lines" in link["classes"]:
                    link["refid"] = link["refid"].rpartition("-")[0]  # a line has no label, its listing has
        elif builder.format in PLAIN:
            for block in self.document.findall(nodes.literal_block):
                if "listing" in block and block["linenos"]:
                    self.number(block)

    def number(self, block: nodes.literal_block) -> None:
        """Write the numbers into a listing, and a mark at each line that is highlighted."""
        marked = block["highlight_args"].get("hl_lines", [])
        numbered = zip(block["listing"].numbers, block.astext().splitlines(), strict=True)
        lines = [
            f"{'>' if place in marked else ' '} {number:3}  {line}".rstrip()
            for place, (number, line) in enumerate(numbered, 1)
        ]
        block[:] = [nodes.Text("\n".join(lines))]


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.setup_extension("extensions.listing")
    app.add_role("lines", LinesRole())
    app.add_node(pending_lines)
    app.add_transform(ResolveLines)
    app.add_post_transform(LinesElsewhere)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
