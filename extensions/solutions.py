"""Moves the solutions of all exercises to the end of a book, with links both ways: in the formats singlehtml and epub.

On paper nothing can be folded away, and who reads an exercise would read its solution.
"""

from urllib.parse import urljoin

from docutils import nodes
from sphinx.util.osutil import relative_uri
from sphinx_exercise.nodes import solution_node  # type: ignore[import-untyped]

from extensions import builders, one_page

PAGE = "solutions"  # of an ePub
TITLE = "Solutions"


class moved(nodes.General, nodes.Element):
    """Holds what is from another page, so that its listings keep their numbers."""


def visit(self, node: moved) -> None:
    """Have Sphinx look up numbers under the page's name."""
    self.docnames.append(node["docname"])


def depart(self, node: moved) -> None:
    """Go back to the page before."""
    self.docnames.pop()


def links(where: str, words: str) -> list[nodes.Node]:
    """Return a link, and one that the page's number is written into where there are pages."""
    return [
        nodes.reference("", words, internal=True, refuri=where),
        nodes.reference("", "", internal=True, refuri=where, classes=["page-number"]),
    ]


def take(solution: nodes.Element, where: str) -> nodes.section:
    """Return a solution as a section of its own; in its place stands a link to `where`."""
    title, content = solution.children
    assert isinstance(title, nodes.Element) and isinstance(content, nodes.Element)
    [back] = title.findall(nodes.reference)
    exercise = back.get("refuri") or f"#{back['refid']}"
    # A heading with a link in it is a link in a table of contents, too.
    title.replace_self(nodes.title("", "", nodes.Text(back.astext().strip())))
    section = nodes.section("", solution[0], *content.children, ids=solution["ids"], classes=["solution"])
    section += nodes.paragraph("", "", *links(exercise, "Back to the exercise"), classes=["see-page"])
    solution["ids"] = solution["classes"] = []  # or what takes its place would have them, too
    solution.replace_self(nodes.paragraph("", "", *links(where, "The solution is at the end"), classes=["see-page"]))
    return section


def link_notes(tree: nodes.document, found: list[nodes.Element]) -> None:
    """Make links of the footnotes of solutions: the notes stay, and lead back only to what stays with them."""
    for reference in [one for solution in found for one in solution.findall(nodes.footnote_reference)]:
        words = f"[{reference.astext()}]"
        reference.replace_self(nodes.reference("", words, internal=True, refid=reference["refid"]))
        for note in tree.findall(nodes.footnote):
            note["backrefs"] = [one for one in note["backrefs"] if one not in reference["ids"]]


def collect(app, tree: nodes.document, page: str) -> None:
    """Take the solutions out of a tree; where all pages are one, add them to its end."""
    builder = app.builder
    if builder.name not in builders.BOOK:
        return
    found = list(tree.findall(solution_node))
    if builder.name == "epub":
        away = relative_uri(builder.get_target_uri(page), builder.get_target_uri(PAGE))
        link_notes(tree, found)
        # Each page's tree is resolved a second time, for the page of all solutions.
        tree["solutions"] = [take(one, f"{away}#{one_page.name(page, one['ids'][0])}") for one in found]
        return
    sections = [moved("", take(one, f"#{one['ids'][0]}"), docname=one["docname"]) for one in found]
    if sections:
        tree += nodes.section("", nodes.title("", TITLE), *sections, ids=[PAGE])


def lead_away(section: nodes.Element, page: str, builder) -> None:
    """Have the links of a solution lead where they did, from the page of all solutions."""
    here, there = builder.get_target_uri(PAGE), builder.get_target_uri(page)
    own = {one for node in section.findall(nodes.Element) for one in node["ids"]}
    for link in section.findall(nodes.reference):
        target = f"#{link['refid']}" if "refid" in link else link["refuri"]
        place = target.removeprefix("#")
        if place in own or ("lines" in link["classes"] and place.rpartition("-")[0] in own):
            continue
        if link.get("internal"):
            path, _, place = urljoin(there, target).partition("#")
            target = relative_uri(here, path) + (f"#{place}" if place else "")
        link.attributes.pop("refid", None)
        link["refuri"] = target
    for node in section.findall(nodes.Element):
        one_page.rename(node, page)


def page_of_solutions(app):
    """Write the page of all solutions for an ePub, in the order of its pages."""
    builder = app.builder
    if builder.name != "epub":
        return
    written = []
    for page in app.env.collect_relations():
        tree = app.env.get_and_resolve_doctree(page, builder, prune_toctrees=False)
        builder.fignumbers = app.env.toc_fignumbers.get(page, {})
        builder.imgpath = relative_uri(builder.get_target_uri(PAGE), builder.imagedir)
        for section in tree["solutions"]:
            lead_away(section, page, builder)
            builder.post_process_images(section)
            written.append(builder.render_partial(section)["fragment"])
    if written:
        body = f'<section id="{PAGE}"><h1>{TITLE}</h1>{"".join(written)}</section>'
        yield PAGE, {"title": TITLE, "body": body}, "page.html"


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.add_node(moved, singlehtml=(visit, depart))
    app.connect("doctree-resolved", collect)
    app.connect("html-collect-pages", page_of_solutions)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
