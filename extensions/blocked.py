"""Warns of what a page asks for and its content security policy forbids, which no reader would see.

The policy (content_security.py) allows only files of the site, and no style that is written into an element.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from docutils import nodes
from sphinx.util import logging

from extensions import builders

logger = logging.getLogger(__name__)

ELSEWHERE = re.compile(r"(?!data:image/)([a-z][a-z0-9+.-]*:|//)", re.I)  # how the address of another host begins
LOADED = ("src", "data", "poster", "srcset", "action", "formaction")  # attributes with an address that is loaded
IN_STYLE_SHEET = "give it a class and a rule in static/custom.css"


class Written(HTMLParser):
    """Finds what is forbidden in HTML that a page has written itself."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        """Keep what is wrong with an element: names are in small letters by now."""
        own = {name: value or "" for name, value in attrs}
        for name, address in own.items():
            if name == "style":
                self.found.append(f"the style of <{tag}>: {IN_STYLE_SHEET}")
            elif name.startswith("on"):
                self.found.append(f"{name} of <{tag}>: put it into a script in static/")
            elif (name in LOADED or (tag, name) == ("link", "href")) and ELSEWHERE.match(address):
                self.found.append(f"<{tag}>, which is from another host: link to it, or bring the file into the site")
        if tag in ("script", "style") and "src" not in own and self.get_starttag_text() != f"<{tag}>":
            self.found.append(f"<{tag} ...>: write <{tag}>, or put it into a file in static/")
        elif tag in ("object", "embed", "base"):
            self.found.append(f"<{tag}>: leave it out")


def forbidden(node: nodes.Node) -> Iterator[str]:
    """Give what the policy forbids of a node, and what to do."""
    if isinstance(node, nodes.raw) and "html" in node.get("format", "").split():
        yield from Written(node.astext()).found
    elif isinstance(node, nodes.image):
        if ELSEWHERE.match(node["uri"]):
            yield f"the picture {node['uri']}, which is from another host: bring the file into the site"
        if sizes := [name for name in ("width", "height") if not re.fullmatch(r"[\d.]+", node.get(name, "0"))]:
            yield f"the {' and '.join(sizes)} of a picture: give pixels, as 300px, or :scale:"
    elif isinstance(node, nodes.figure) and "width" in node:
        yield "the width of a figure: give its picture a :width: in pixels, or :scale:"
    elif isinstance(node, nodes.table) and ("width" in node or "colwidths-given" in node["classes"]):
        yield f"the width of a table or of its columns: leave it out, or {IN_STYLE_SHEET}"
    elif isinstance(node, nodes.math | nodes.math_block):
        yield "a formula, which needs MathJax from another host: write it as text, or as a picture"


def check(app, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Warn, and so fail the build, for all that a page has of it; by now sizes are as they are written."""
    if app.builder.name not in builders.SITE or not app.config.content_security or doctree is None:
        return
    for node in doctree.findall():
        for what in forbidden(node):
            logger.warning("the page's content security policy blocks %s", what, location=node)


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.setup_extension("extensions.content_security")
    app.connect("html-page-context", check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
