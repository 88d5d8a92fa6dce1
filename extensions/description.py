"""Tells search engines, and chats in which a link is shared, what each page is about."""

# The text is the description in the page's own front matter, once for both. sphinxext-opengraph 0.13.0 takes the page's
# first sentences instead, and it imports matplotlib at every build, cards or no cards: half a second of CPU.

from html import escape

from docutils import nodes
from sphinx.util import logging

from extensions import builders

logger = logging.getLogger(__name__)


def described(app, doctree: nodes.document) -> None:
    """Keep the description of a page that was read; warns, and so fails the build, when it has none."""
    page = app.env.current_document.docname
    for meta in doctree.findall(nodes.meta):
        if meta.get("name") == "description" and meta["content"].strip():
            app.env.metadata[page]["description"] = meta["content"]
            return
    logger.warning("no description in the front matter: add it as myst: html_meta: description:", location=page)


def share(app, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Add the Open Graph tags (https://ogp.me) to a page; pages without a source, as the search, have none."""
    if app.builder.name not in builders.SITE or doctree is None or "description" not in app.env.metadata[page]:
        return
    tags = {
        "og:title": app.env.titles[page].astext(),
        "og:type": "website",
        "og:url": app.config.html_baseurl + app.builder.get_target_uri(page),
        "og:site_name": app.config.project,
        "og:description": app.env.metadata[page]["description"],
    }
    for name, content in tags.items():
        context["metatags"] += f'<meta property="{name}" content="{escape(content)}" />\n'


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.connect("doctree-read", described)
    app.connect("html-page-context", share)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
