"""Gives listings and outputs with long lines the class `wide`: on paper nobody can scroll, so they are small there.

Lines that still do not fit are broken there. Each line is an element of its own then, so that the style sheet can mark
where it goes on.
"""

from docutils import nodes

FITS = 108  # columns, at the size of print.css
FITS_WIDE = 125  # columns, at its size for this class


def mark(app, tree: nodes.document, page: str) -> None:
    """Give the class to the blocks of a page that need it."""
    if app.builder.format != "html":
        return
    for number, block in enumerate(tree.findall(nodes.literal_block)):
        columns = max(map(len, block.astext().splitlines()), default=0)
        if columns > FITS:
            block["classes"].append("wide")
        if columns > FITS_WIDE:
            block["highlight_args"] = {"linespans": f"wide-{number}"} | block.get("highlight_args", {})


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.connect("doctree-resolved", mark, priority=300)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
