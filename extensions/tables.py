"""Reads pages, and builds tables and their links, for directives that compute a table; no extension itself."""

import re
from collections.abc import Iterable, Sequence

from docutils import nodes
from sphinx import addnodes
from sphinx.environment import BuildEnvironment

COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def without_comments(markdown: str) -> str:
    """Return the source of a page without what is commented out in it, which no reader sees."""
    return COMMENT.sub("", markdown)


def table(
    header: Sequence[str], widths: Sequence[int], rows: Iterable[list], classes: Sequence[str] = ()
) -> nodes.table:
    """Return a table of rows, which are lists of nodes; the widths are per cent."""
    group = nodes.tgroup("", *[nodes.colspec(colwidth=width) for width in widths], cols=len(widths))
    group += nodes.thead("", cells([nodes.Text(word) for word in header]))
    group += nodes.tbody("", *[cells(row) for row in rows])
    return nodes.table("", group, classes=list(classes))


def cells(contents: list) -> nodes.row:
    """Return a row of a table."""
    return nodes.row("", *[nodes.entry("", nodes.paragraph("", "", content)) for content in contents])


def link(env: BuildEnvironment, kind: str, target: str, words: str) -> addnodes.pending_xref:
    """Return a link to a label with its words (ref), or to a page, whose title Sphinx writes (doc)."""
    return addnodes.pending_xref(
        "", nodes.inline("", words), refdoc=env.docname, refdomain="std", reftype=kind, reftarget=target,
        refexplicit=kind == "ref", refwarn=True,
    )  # fmt: skip
