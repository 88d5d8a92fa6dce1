"""Writes search_index.js, all text of all pages by section, for static/search.js, in the place of Sphinx's own index.

A page is read while it is written, perhaps by another process: what it has is kept beside its doctree until the next
time.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError

from extensions import builders

INDEX = "_static/search_index.js"
# Sphinx's scripts that mark what its own search has found, and bring a reader to its field: ours do both.
REPLACED = ("doctools.js", "sphinx_highlight.js")
LIST = "toctree-wrapper"  # Sphinx's class of a table of contents
UNSEEN = (nodes.Invisible, nodes.raw, nodes.meta, nodes.system_message)


def is_place(node: nodes.Node) -> bool:
    """Return whether a link can lead to this node: a section with a heading, or an entry of a glossary."""
    if isinstance(node, nodes.section | nodes.definition_list_item) and node.children:
        head = node.children[0]
        return isinstance(head, nodes.title) or (isinstance(head, nodes.term) and bool(head["ids"]))
    return False


def one_line(node: nodes.Node) -> str:
    """Return the text of a node in one line."""
    return " ".join(node.astext().split())


def above(node: nodes.Element) -> list[nodes.Node]:
    """Return what stands above the first heading of a page, if this is its section."""
    page = node.parent
    before = page.children[: page.index(node)] if isinstance(page, nodes.document) else []
    return [] if any(is_place(one) for one in before) else before


def places(node: nodes.Node) -> Iterator[tuple[str, str, str, str]]:
    """Give the id, the heading, the lines of text and those of code of each place, in their order."""
    if isinstance(node, nodes.Element):
        if is_place(node):
            head, *rest = node.children
            assert isinstance(head, nodes.Element)
            found = [line for child in [*above(node), *rest] for line in lines(child)]
            text, code = ("\n".join(line for line, is_code in found if is_code == wanted) for wanted in (False, True))
            yield (node["ids"] or head["ids"])[0], one_line(head), text, code
        for child in node.children:
            yield from places(child)


def lines(node: nodes.Node) -> Iterator[tuple[str, bool]]:
    """Give the lines below a node, and whether each is code; another place has its own, and a list of pages none."""
    if isinstance(node, UNSEEN) or is_place(node) or (isinstance(node, nodes.compound) and LIST in node["classes"]):
        return
    if isinstance(node, nodes.FixedTextElement):
        yield from ((line.strip(), True) for line in node.astext().splitlines() if line.strip())
    elif isinstance(node, nodes.row):
        if text := " | ".join(filter(None, map(one_line, node.children))):
            yield text, False
    elif isinstance(node, nodes.TextElement):
        if text := one_line(node):
            yield text, False
    elif isinstance(node, nodes.Element):
        for child in node.children:
            yield from lines(child)


def kept(app, page: str) -> Path:
    """Return the file that keeps what a page has."""
    return Path(app.doctreedir, f"{page}.search.json")


def read(app, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Keep what a page has, if it has a source, and have it load no script of Sphinx's search."""
    if app.builder.name not in builders.SITE:
        return
    context["script_files"] = [
        script for script in context["script_files"] if Path(str(script.filename)).name not in REPLACED
    ]
    if doctree is not None:
        kept(app, page).parent.mkdir(parents=True, exist_ok=True)
        kept(app, page).write_text(json.dumps(list(places(doctree)), ensure_ascii=False), encoding="utf-8")


def write(app, exception) -> None:
    """Write the index: for each page, in the order in which they are read, its address and its places."""
    if exception or app.builder.name not in builders.SITE:
        return
    order = [*app.env.collect_relations()]
    names = [*order, *sorted(app.env.found_docs.difference(order))]
    if missing := [name for name in names if not kept(app, name).is_file()]:
        raise ExtensionError(f"search: {', '.join(missing)} was built without this extension: build all pages anew")
    pages = [[app.builder.get_target_uri(name), json.loads(kept(app, name).read_text("utf-8"))] for name in names]
    text = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    Path(app.outdir, INDEX).write_text(f"const SEARCH_INDEX = {text};\n", encoding="utf-8")


def replace(app) -> None:
    """Turn off Sphinx's own search."""
    if app.builder.name in builders.SITE:
        app.builder.search = False


def page(app) -> list[tuple[str, dict, str]]:
    """Give the page of the search, which has no source."""
    return [("search", {}, "search.html")] if app.builder.name in builders.SITE else []


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.connect("builder-inited", replace)
    app.connect("html-page-context", read)
    app.connect("html-collect-pages", page)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
