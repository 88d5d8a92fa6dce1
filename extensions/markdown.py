"""Writes a Markdown copy beside each page, with all its listings, and llms.txt, the list of them for assistants.

The copy of content/split.html is content/split.md; the page's head names it. See https://llmstxt.org.
"""

from pathlib import Path
from posixpath import join

from docutils import nodes
from sphinx import addnodes
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node, solution_node  # type: ignore[import-untyped]
from sphinx_markdown_builder.translator import MarkdownTranslator  # type: ignore[import-untyped]

from extensions import builders

# These have a title and parts, and Markdown has nothing like them.
BOXES = (nodes.admonition, exercise_node, exercise_enumerable_node, solution_node)


def plain(doctree: nodes.document, builder: StandaloneHTMLBuilder) -> nodes.document:
    """Return a copy of a page with only such nodes as the translator knows."""
    copy = doctree.deepcopy()
    for node in [*copy.findall(nodes.meta), *copy.findall(nodes.raw)]:
        node.parent.remove(node)
    for box in [node for kind in BOXES for node in copy.findall(kind)]:
        for title in [*box.findall(nodes.title)]:
            # The number of an exercise is written by the translator to HTML.
            kind = "Exercise " if isinstance(box, exercise_node | exercise_enumerable_node) else ""
            text = kind + title.astext().strip().removeprefix(kind)
            title.replace_self(nodes.paragraph("", "", nodes.strong("", text)))
        for section in [*box.findall(nodes.section)]:
            section.replace_self(section.children)
        box.replace_self(nodes.container("", *box.children))
    for caption in list(copy.findall(nodes.caption)):
        caption.replace_self(nodes.paragraph("", "", *caption.children))
    for file in list(copy.findall(addnodes.download_reference)):
        file.replace_self(nodes.reference("", "", *file.children, refuri=join(builder.dlpath, file["filename"])))
    for link in list(copy.findall(nodes.reference)):
        if "lines" in link["classes"]:  # to a line of a listing, which is no place in the copy
            link.replace_self(nodes.inline("", "", *link.children))
        elif "refid" in link:  # to the same page; without this, the translator takes `refuri`
            link["internal"] = True
    return copy


def address(page: str) -> str:
    """Return the address of a copy, from the first page's folder."""
    return f"{page}.md"


def write(app, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Write the copy of a page, and name it in the page's head; pages without a source, as the search, have none."""
    if app.builder.name not in builders.SITE or doctree is None:
        return
    copy = plain(doctree, app.builder)
    translator = MarkdownTranslator(copy, app.builder)
    copy.walkabout(translator)
    path = Path(app.outdir, address(page))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(translator.astext().strip() + "\n", encoding="utf-8")
    here = context["pathto"](address(page), resource=True)
    context["metatags"] += f'<link rel="alternate" type="text/markdown" href="{here}" />\n'


def index(app, exception) -> None:
    """Write llms.txt: what the lesson is about, and the pages in the order of the first page's tables of contents."""
    if exception or app.builder.name not in builders.SITE:
        return
    root = app.config.root_doc
    metadata = app.env.metadata
    lines = [f"# {app.config.project}", "", f"> {metadata[root].get('description', '')}"]
    for toctree in app.env.get_doctree(root).findall(addnodes.toctree):
        lines += ["", f"## {toctree['caption']}", ""]
        for page in toctree["includefiles"]:
            link = f"[{app.env.titles[page].astext()}]({app.config.html_baseurl}{address(page)})"
            lines.append(f"- {link}: {metadata[page].get('description', '')}")
    Path(app.outdir, "llms.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.setup_extension("sphinx_markdown_builder")  # for the settings of its translator
    app.connect("html-page-context", write)
    app.connect("build-finished", index)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
