"""Mends exercises and solutions of sphinx-exercise 1.2.1: what it does not find, ids that all have, unknown formats."""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node, solution_node  # type: ignore[import-untyped]

logger = logging.getLogger(__name__)

SHARED = ("exercise-content", "solution-content")


def visit(self, node) -> None:
    """Begin an exercise as the format begins a note with a title."""
    self.visit_admonition(node)


def depart(self, node) -> None:
    """End an exercise."""
    self.depart_admonition(node)


class Unknown(SphinxPostTransform):
    """Warns of a solution of no exercise: sphinx-exercise names another page, and none behind it has a title."""

    default_priority = 20  # it looks for the exercises at 21

    def run(self, **kwargs) -> None:
        """Leave of such a solution what is in it."""
        for solution in [*self.document.findall(solution_node)]:
            label = solution["target_label"]
            if label not in self.env.sphinx_exercise_registry:  # type: ignore[attr-defined]
                logger.warning("solution: there is no exercise with the label %s", label, location=solution)
                solution["ids"] = []
                solution.replace_self(nodes.container("", *solution[1].children))


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
    app.add_post_transform(Unknown)
    app.connect("doctree-resolved", drop_shared_ids, priority=300)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
