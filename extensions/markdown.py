"""Writes a Markdown copy beside each page, with all its listings, and llms.txt, the list of them for assistants.

The copy of content/split.html is content/split.md; the page's head names it. See https://llmstxt.org.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, join, relpath
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from docutils import nodes
from sphinx import addnodes
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.util import logging
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node, solution_node  # type: ignore[import-untyped]
from sphinx_markdown_builder.translator import MarkdownTranslator  # type: ignore[import-untyped]

from extensions import builders

logger = logging.getLogger(__name__)

EXERCISES = (exercise_node, exercise_enumerable_node)
# These have a title and parts, and Markdown has nothing like them.
BOXES = (nodes.Admonition, nodes.sidebar, *EXERCISES, solution_node)


class Translator(MarkdownTranslator):
    """Writes Markdown; a block with a fence in it gets a longer one, and what it does not know keeps its words."""

    def visit_literal_block(self, node: nodes.literal_block) -> None:
        """Begin a block of code."""
        self._push_status(escape_text=False, preserve_line_breaks=True)
        self.add(fence(node) + node.get("language", ""), prefix_eol=1, suffix_eol=1)

    def depart_literal_block(self, node: nodes.literal_block) -> None:
        """End it with the same fence."""
        self.add(fence(node), prefix_eol=1, suffix_eol=2)
        self._pop_status()

    def unknown_visit(self, node: nodes.Node) -> None:
        """Warn, and go on with what is in it."""
        message = "markdown: the copy of this page shows only the words of a <%s>: extensions/markdown.py must know it"
        logger.warning(message, type(node).__name__, location=node)

    def unknown_departure(self, node: nodes.Node) -> None:
        """Go on behind it."""


def fence(block: nodes.literal_block) -> str:
    """Return a fence that is not in a block."""
    return "`" * (max(map(len, re.findall("`{3,}", block.astext())), default=2) + 1)


def plain(doctree: nodes.document, builder: StandaloneHTMLBuilder, page: str) -> nodes.document:
    """Return a copy of a page with only such nodes as the translator knows."""
    copy = doctree.deepcopy()
    for node in [*copy.findall(nodes.meta), *copy.findall(nodes.raw)]:
        node.parent.remove(node)
    unbox(copy)
    for caption in [*copy.findall(nodes.caption)]:
        caption.replace_self(nodes.paragraph("", "", *caption.children))
    for legend in [*copy.findall(nodes.legend)]:
        legend.replace_self(nodes.container("", *legend.children))
    for columns in [*copy.findall(addnodes.hlist)]:
        items = [item for column in columns.children for item in column.children[0].children]
        columns.replace_self(nodes.bullet_list("", *items))
    for short in [*copy.findall(nodes.abbreviation)]:
        meaning = f" ({short['explanation']})" if short.get("explanation") else ""
        short.replace_self(nodes.inline("", "", *short.children, nodes.Text(meaning)))
    lead(copy, builder, page)
    return copy


def unbox(copy: nodes.document) -> None:
    """Make of each box its title, in bold, and what is in it."""
    for box in [node for node in copy.findall() if isinstance(node, BOXES)]:
        if isinstance(box, addnodes.versionmodified):
            continue
        if box.children and isinstance(box[0], nodes.title):  # which the translator to HTML has given to a note
            # The number of an exercise is written by the translator to HTML.
            kind = "Exercise " if isinstance(box, EXERCISES) else ""
            text = kind + box[0].astext().strip().removeprefix(kind)
            box[0] = nodes.paragraph("", "", nodes.strong("", text))
        for section in [*box.findall(nodes.section)]:
            section.replace_self(nodes.container("", *section.children))
        box.replace_self(nodes.container("", *box.children))


def lead(copy: nodes.document, builder: StandaloneHTMLBuilder, page: str) -> None:
    """Have all links and pictures of a copy lead where those of the page lead."""
    for file in [*copy.findall(addnodes.download_reference)]:
        where = join(builder.dlpath, quote(file["filename"])) if "filename" in file else file.get("refuri")
        file.replace_self(nodes.reference("", "", *file.children, refuri=where) if where else file.children)
    for image in copy.findall(nodes.image):
        image["uri"] = from_copy(image["uri"], builder, page)
    for link in [*copy.findall(nodes.reference)]:
        if "lines" in link["classes"]:  # to a line of a listing, which is no place in the copy
            link.replace_self(nodes.inline("", "", *link.children))
        elif "refid" in link:  # to the same page; without this, the translator takes `refuri`
            link["internal"] = True
        else:
            link["refuri"] = from_copy(link["refuri"], builder, page)


def from_copy(link: str, builder: StandaloneHTMLBuilder, page: str) -> str:
    """Return a link of a page as one of its copy, which may lie in another folder."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path:
        return link
    there = unquote(join(dirname(builder.get_target_uri(page)), parts.path))
    path = relpath(there, dirname(page) or ".") + "/" * parts.path.endswith("/")
    return urlunsplit(parts._replace(path=quote(path)))


def address(page: str) -> str:
    """Return the address of a copy, from the first page's folder."""
    return f"{page}.md"


def write(app, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Write the copy of a page, and name it in the page's head; pages without a source, as the search, have none."""
    if app.builder.name not in builders.SITE or doctree is None:
        return
    copy = plain(doctree, app.builder, page)
    translator = Translator(copy, app.builder)
    copy.walkabout(translator)
    path = Path(app.outdir, address(page))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(translator.astext().strip() + "\n", encoding="utf-8")
    here = context["pathto"](quote(address(page)), resource=True)
    context["metatags"] += f'<link rel="alternate" type="text/markdown" href="{here}" />\n'


def with_those_below(env, pages: list[str], seen: set[str]) -> Iterator[str]:
    """Give these pages that were not seen before, each with those of its own tables of contents."""
    for page in pages:
        if page not in seen:
            seen.add(page)
            yield page
            yield from with_those_below(env, env.toctree_includes.get(page, []), seen)


def index(app, exception) -> None:
    """Write llms.txt: what the lesson is about, and the pages in the order of the first page's tables of contents."""
    if exception or app.builder.name not in builders.SITE:
        return
    root = app.config.root_doc
    metadata = app.env.metadata
    lines = [f"# {app.config.project}", "", f"> {metadata[root].get('description', '')}"]
    seen = {root}
    for toctree in app.env.get_doctree(root).findall(addnodes.toctree):
        lines += ["", f"## {toctree['caption'] or 'Pages'}", ""]
        for page in with_those_below(app.env, toctree["includefiles"], seen):
            link = f"[{app.env.titles[page].astext()}]({app.config.html_baseurl}{quote(address(page))})"
            lines.append(f"- {link}: {metadata[page].get('description', '')}")
    Path(app.outdir, "llms.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.setup_extension("sphinx_markdown_builder")  # for the settings of its translator
    app.connect("html-page-context", write)
    app.connect("build-finished", index)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
