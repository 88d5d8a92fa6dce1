"""Finds every literal block of every page, and says which kind it is; what is of no kind is an error.

Sphinx's doctree is what a reader sees: a block is found in whatever exercise, solution, tab or toggle it is nested, and
whatever fence wrote it.
"""

import pickle
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docutils import nodes
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from extensions.blocks import Block, commands
from walk.compare import Rule, rules_of
from walk.errors import Wrong

INCLUDED, EXCERPT, DIFFERENCE = "included file", "excerpt", "difference"
TRANSCRIPT, EDIT, FOR_SHOW = "transcript", "edit", "for show"
KINDS = (INCLUDED, EXCERPT, DIFFERENCE, TRANSCRIPT, EDIT, FOR_SHOW)
# Who only looks at a file does not run it.
LOOKING = {"cat", "cmp", "cp", "diff", "grep", "head", "less", "ls", "more", "mv", "rm", "sed", "tail", "wc"}
NO_LEXER = {"", "default", "guess", "none", "text"}  # names that mean something to Sphinx, not to Pygments


@dataclass(frozen=True)
class Page:
    """A page in the reader's order: its name, and the pages that it says it needs (None: all before it)."""

    name: str
    needs: tuple[str, ...] | None = None


@dataclass
class Inventory:
    """All pages and blocks of a site, in a reader's order, and what is wrong with them."""

    source: Path
    config: Any
    pages: list[Page] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    rules: tuple[Rule, ...] = ()  # what may differ in outputs, besides what may on all sites

    def of(self, *kinds: str) -> list[Block]:
        """The blocks of these kinds."""
        return [block for block in self.blocks if block.kind in kinds]

    def totals(self) -> dict[str, int]:
        """How many blocks there are of each kind."""
        return {kind: len(self.of(kind)) for kind in KINDS}

    def needed(self, name: str) -> list[str]:
        """The pages that a reader does before this one, and the page itself; Wrong for a page that isn't there.

        The last part of a name is enough.
        """
        order = [page.name for page in self.pages]
        names = [one for one in order if one == name] or [one for one in order if one.endswith(f"/{name}")]
        if len(names) != 1:
            raise Wrong(f"there is no page {name}: choose one of {', '.join(order)}")
        needs = {page.name: page.needs for page in self.pages}
        found, open_ = set(), names
        while open_:
            one = open_.pop()
            if one not in found:
                found.add(one)
                said = needs[one]
                open_ += order[: order.index(one)] if said is None else said
        return [one for one in order if one in found]


def read(source: Path, doctrees: Path) -> Inventory:
    """The inventory of a site that Sphinx has built; Wrong if it hasn't, or a page was changed since."""
    environment = built(doctrees / "environment.pickle")
    found = Inventory(source, environment.config)
    names = order(environment)
    for name in names:
        found.pages.append(Page(name, needs(name, names, environment.metadata, found.errors)))
        file, page = doctrees / f"{name}.doctree", Path(environment.doc2path(name))
        doctree = built(file)
        if not page.exists():
            raise Wrong(f"the site is not built without {page.name}, which is gone; `make html` makes it")
        if page.stat().st_mtime > file.stat().st_mtime:
            raise Wrong(f"{page.name} was changed after the site was built; `make html` builds it")
        lines = page.read_text(encoding="utf-8").split("\n")
        for node in doctree.findall(is_literal):
            found.blocks.append(block_of(node, name, lines, found.errors))
    try:
        found.rules = rules_of(found.config.walk_rules)
    except ValueError as error:
        found.errors.append(f"conf.py: {error}")
    found.errors += unfit(found)
    return found


def built(file: Path) -> Any:
    """What Sphinx wrote into a file; Wrong if it can't be read."""
    try:
        return pickle.loads(file.read_bytes())
    except OSError:
        raise Wrong(f"the site is not built: {file} is missing; `make html` makes it") from None
    except Exception as error:  # a pickle that is not whole, or of other programs, may raise anything
        raise Wrong(f"the site is not built: {file} can't be read ({error!r}); `make html` makes it") from None


def order(environment) -> list[str]:
    """The names of all pages: those of the tables of contents in their order, then the rest."""
    found = []

    def add(name: str) -> None:
        if name not in found:
            found.append(name)
            for child in environment.toctree_includes.get(name, []):
                add(child)

    add(environment.config.root_doc)
    for name in sorted(environment.found_docs):
        add(name)
    return found


def needs(name: str, names: list[str], metadata: dict, errors: list[str]) -> tuple[str, ...] | None:
    """The pages that this one's front matter says it needs."""
    said = metadata.get(name, {}).get("needs")
    if said is None:
        return None
    before = names[: names.index(name)]
    words = str(said).split()
    for word in words:
        if word not in before:
            errors.append(f"{name}.md:1: needs {word}, which is no page before it")
    return tuple(word for word in words if word in before)


def is_literal(node: nodes.Node) -> bool:
    """Does a reader see this node as a block of code?"""
    if isinstance(node, nodes.raw):
        return "<pre" in node.astext().lower()
    return isinstance(node, (nodes.literal_block, nodes.doctest_block))


def block_of(node: nodes.Element, page: str, lines: list[str], errors: list[str]) -> Block:
    """The block of a node; one of no kind is an error as well."""
    kind, options = kind_of(node)
    block = Block(page, line_of(node, lines), kind, node.astext(), options)
    if kind in (TRANSCRIPT, EDIT) and lines[block.line - 1].strip() != first_line(node):
        errors.append(f"{block.place}: the page does not have these lines; type them there, not in a file it includes")
    if not kind:
        errors.append(f"{block.place}: a block of no kind: make it a transcript, an included file, or for show")
    language = node.get("language", "")
    if language not in NO_LEXER:
        try:
            get_lexer_by_name(language)
        except ClassNotFound:
            errors.append(f"{block.place}: nobody knows the language {language!r}")
    return block


def line_of(node: nodes.Element, lines: list[str]) -> int:
    """The line of the source, counted from 1, with the block's first line of text; of what is included, its fence."""
    fence = node.line or 1  # some directives do not say it
    first = first_line(node)
    if "file" in node or "difference" in node:
        return fence
    return next((number for number in range(fence, len(lines) + 1) if lines[number - 1].strip() == first), fence)


def first_line(node: nodes.Element) -> str:
    """The first line of a block."""
    return node.astext().split("\n")[0].strip()


def kind_of(node: nodes.Element) -> tuple[str, dict]:
    """The kind of a block, and what there is to know about it."""
    if "transcript" in node:
        return TRANSCRIPT, node["transcript"]
    if "edit" in node:
        return EDIT, node["edit"]
    if "for_show" in node:
        return FOR_SHOW, {"reason": node["for_show"]}
    if node.get("difference"):
        return DIFFERENCE, {}
    if "file" in node:
        return INCLUDED if node["whole"] else EXCERPT, {"file": node["file"]}
    return "", {}


def unfit(inventory: Inventory) -> list[str]:
    """What can only be said of all blocks together."""
    config, errors = inventory.config, []
    places = Counter(block.place for block in inventory.of(TRANSCRIPT, EDIT))
    errors += [f"{place}: {count} blocks begin here" for place, count in places.items() if count > 1]
    root = config.listing_root
    typed = [command.text for block in inventory.of(TRANSCRIPT) for command in commands(block.text)]
    for block in inventory.of(INCLUDED, EXCERPT):
        file = block.options["file"]
        if not file.startswith(f"{root}/"):
            errors.append(f"{block.place}: {file} is outside of {root}/, so no reader gets it")
        elif not is_run(file.removeprefix(f"{root}/"), typed, inventory.source / config.walk_tests):
            errors.append(f"{block.place}: no transcript and no test runs {file}")
    shown = inventory.of(FOR_SHOW)
    if len(shown) > config.walk_for_show:
        many = f"one of {len(shown)} blocks for show; walk_for_show allows {config.walk_for_show}"
        errors += [f"{block.place}: {many}" for block in shown]
    elif len(shown) < config.walk_for_show:
        errors.append(f"conf.py: only {len(shown)} blocks are for show: lower walk_for_show to that")
    return errors


def is_run(file: str, typed: list[str], tests: Path) -> bool:
    """Does a transcript run the file, or a test in the folder that mirrors its own?"""
    word = re.compile(rf"(?<![\w./-]){re.escape(file)}(?![\w./-])")
    if any(word.search(command) and command.split()[0] not in LOOKING for command in typed):
        return True
    name, folder = Path(file), tests / Path(file).parent
    if (folder / f"test_{name.stem}.py").exists():
        return True
    return any(name.name in test.read_text(encoding="utf-8") for test in sorted(folder.glob("test_*.py")))


def table(inventory: Inventory) -> str:
    """All blocks, and how many there are of each kind, for a person."""
    rows = [(block.place, block.kind or "NO KIND", about(block)) for block in inventory.blocks]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    lines = [f"{place:{widths[0]}}  {kind:{widths[1]}}  {what}".rstrip() for place, kind, what in rows]
    totals = [f"{count:4} {kind}" for kind, count in inventory.totals().items()]
    return "\n".join([*lines, "", *totals, f"{len(inventory.blocks):4} blocks on {len(inventory.pages)} pages"])


def about(block: Block) -> str:
    """A few words about a block."""
    if block.kind == TRANSCRIPT:
        first, *rest = commands(block.text)
        text = first.text.split("\n")[0]
        return f"$ {text}" + (f" (and {len(rest)} more)" if rest else "")
    return str(block.options.get("file") or block.options.get("reason") or "")
