"""Gives every id its page's name where all pages are one (builder singlehtml), and has each link lead to it.

Sphinx 9.0.4 puts the pages together as they are. There, two pages have a heading of the same name, or show the same
file, and a link to a heading of another page leads nowhere.
"""

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx import addnodes

# What Sphinx writes as the address of a place on another page.
ADDRESS = re.compile(r"#document-([^#]+)#(.+)")


def name(page: str, place: str) -> str:
    """Return the id of a place of a page that no other page has.

    Sphinx writes no two hyphens one after the other into an id, and a page's name may have any letters.
    """
    own = "".join(one if one.isalnum() or one in "-_" else "." if one == "/" else f"..{ord(one):x}." for one in page)
    return f"{own}--{place.replace('/', '-')}"


def with_pages(tree: nodes.Element, page: str) -> Iterator[tuple[nodes.Element, str]]:
    """Yield each element below a node with the page that it is from."""
    for node in tree.children:
        if isinstance(node, nodes.Element):
            own = node["docname"] if isinstance(node, addnodes.start_of_file) else page
            yield node, own
            yield from with_pages(node, own)


def rename(node: nodes.Element, page: str) -> None:
    """Put the page's name before the ids of a node and of its lines, and have its link lead to such a name."""
    node["ids"] = [name(page, one) for one in node["ids"]]
    if "backrefs" in node:
        node["backrefs"] = [name(page, one) for one in node["backrefs"]]
    if "refid" in node:
        node["refid"] = name(page, node["refid"])
    if there := ADDRESS.fullmatch(node.get("refuri", "")):
        node["refuri"] = f"#{name(*there.groups())}"
    if "linespans" in node.get("highlight_args", {}):
        node["highlight_args"]["linespans"] = name(page, node["highlight_args"]["linespans"])


def make_unique(app, tree: nodes.document, root: str) -> None:
    """Rename all there is in the tree of all pages, and where Sphinx looks up the numbers of listings."""
    if app.builder.name != "singlehtml":
        return
    for node, page in with_pages(tree, root):
        rename(node, page)
    next(tree.findall(nodes.section))["ids"].append(f"document-{root}")  # which Sphinx gives to each page but the first
    app.env.toc_fignumbers = {
        page: {kind: {name(page, one): number for one, number in ids.items()} for kind, ids in kinds.items()}
        for page, kinds in app.env.toc_fignumbers.items()
    }


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.connect("doctree-resolved", make_unique, priority=400)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
