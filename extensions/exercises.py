"""Shows exercises and solutions in formats that sphinx-exercise 1.2.1 does not know, where they end the build."""

from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node, solution_node  # type: ignore[import-untyped]


def visit(self, node) -> None:
    """Begin an exercise as the format begins a note with a title."""
    self.visit_admonition(node)


def depart(self, node) -> None:
    """End an exercise."""
    self.depart_admonition(node)


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.setup_extension("sphinx_exercise")
    for node in (exercise_node, exercise_enumerable_node, solution_node):
        app.add_node(node, override=True, **dict.fromkeys(("man", "texinfo", "text"), (visit, depart)))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
