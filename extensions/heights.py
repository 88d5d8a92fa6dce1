"""Says how many lines a block of code has, so that a browser need not lay it out to know how high it is.

The style sheet uses it: a block far from what is seen costs nothing until it comes near, and no link to what stands
below it misses.
"""

import re

from docutils import nodes

BLOCK = re.compile(r'(<div class="highlight"><pre)(>.*?</pre>)', re.DOTALL)


def measured(block: re.Match) -> str:
    """Return a block with its number of lines."""
    lines = block[2].count("\n")
    return f'{block[1]} data-lines="{lines}"{block[2]}'


def measure(app, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Give their numbers of lines to the blocks of a page."""
    if "body" in context:
        context["body"] = BLOCK.sub(measured, context["body"])


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.connect("html-page-context", measure)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
