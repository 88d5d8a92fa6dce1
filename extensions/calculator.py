"""The directive `calculator`: a form that says how to divide many runs into tasks of a job array.

The form is hidden where no script runs, and formats without forms leave it out. So the page itself says the formula.
"""

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

SCRIPT = "calculator.js"
# Name, label, the value at the beginning, the smallest value, the step.
INPUTS = (
    ("runs", "runs", "10000", "1", "1"),
    ("seconds", "seconds of one run", "20", "0.001", "any"),
    ("start", "seconds of start-up of a task", "4", "0", "any"),
    ("atOnce", "tasks that run at a time", "40", "1", "1"),
    ("least", "minutes that a task lasts at least", "30", "0.001", "any"),
)
OUTPUTS = (
    ("size", "runs in a task"),
    ("tasks", "tasks"),
    ("wall", "wall time"),
    ("waste", "core time of start-ups"),
)


def form() -> str:
    """Return the form in HTML."""
    inputs = [
        f'<label>{label}<input type="number" name="{name}" value="{value}" min="{least}" step="{step}" required>'
        "</label>"
        for name, label, value, least, step in INPUTS
    ]
    outputs = [f'<div><dt>{label}</dt><dd><output name="{name}"></output></dd></div>' for name, label in OUTPUTS]
    said = ["<dl>", *outputs, "</dl>", '<p role="alert"></p>']
    return "\n".join(['<form class="calculator" aria-label="Calculator" hidden novalidate>', *inputs, *said, "</form>"])


class Calculator(SphinxDirective):
    """Show the calculator; it has no options and no content."""

    def run(self) -> list[nodes.Node]:
        """Return the form."""
        return [nodes.raw("", form(), format="html", script=SCRIPT)]


def load(app, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Have a page with the calculator load its script, and no other page."""
    if doctree is not None and any(node.get("script") == SCRIPT for node in doctree.findall(nodes.raw)):
        app.add_js_file(SCRIPT, loading_method="defer")


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.add_directive("calculator", Calculator)
    app.connect("html-page-context", load)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
