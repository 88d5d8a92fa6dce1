"""Writes into each page how large its pictures are, so that the text below need not move when they arrive.

Sphinx looks at the file for a picture with a `:scale:`. Here each has one, unless the page says its width or height.
Docutils writes `300px` as a style, which a page's content security policy forbids, and `300`, which is the same, as an
attribute.
"""

import re

from docutils import nodes
from sphinx.util import logging
from sphinx.util.images import get_image_size

logger = logging.getLogger(__name__)


def visit(self, node: nodes.image) -> None:
    """Write a picture as Sphinx does; by now it is too late to become a link to the picture in full size."""
    there = node["uri"] in self.builder.images  # else Sphinx has warned already, or it is on another host
    if there and not node.attributes.keys() & {"width", "height"}:
        if get_image_size(self.builder.srcdir / node["uri"]):
            node.setdefault("scale", 100)
        else:
            lacks = "is no picture that can be read"
            if node["uri"].endswith(".svg"):
                lacks = "has no size: give its <svg> a width and a height in pixels"
            logger.warning("pictures: %s %s", node["uri"], lacks, location=node)
            node.attributes.pop("scale", None)  # of which Sphinx and docutils would warn, too
    for name in {"width", "height"} & node.attributes.keys():
        node[name] = re.sub(r"\s*px$", "", node[name])
    type(self).visit_image(self, node)


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.add_node(nodes.image, override=True, html=(visit, None))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
