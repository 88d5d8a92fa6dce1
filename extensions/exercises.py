"""Mends exercises and solutions of sphinx-exercise 1.2.1: ids that all have, and formats where they end the build."""

from docutils import nodes
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node, solution_node  # type: ignore[import-untyped]

SHARED = ("exercise-content", "solution-content")


def visit(self, node) -> None:
    """Begin an exercise as the format begins a note with a title."""
    self.visit_admonition(node)


def depart(self, node) -> None:
    """End an exercise."""
    self.depart_admonition(node)


def drop_shared_ids(app, tree: nodes.document, page: str) -> None:
    """Take the ids away that sphinx-exercise gives to the content of each exercise and each solution.

    What Sphinx numbers before, it looks for in sections with an id.
    """
    for section in tree.findall(nodes.section):
        section["ids"] = [one for one in section["ids"] if one not in SHARED]


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.setup_extension("sphinx_exercise")
    for node in (exercise_node, exercise_enumerable_node, solution_node):
        app.add_node(node, override=True, **dict.fromkeys(("man", "texinfo", "text"), (visit, depart)))
    app.connect("doctree-resolved", drop_shared_ids, priority=300)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
