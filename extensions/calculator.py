"""The directive `calculator`: a form that says how to divide many runs into tasks of a job array.

The form is hidden where no script runs, and formats without forms leave it out. So the page itself says the formula.
"""

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

SCRIPT = "calculator.js"
FORM = """\
<form class="calculator" aria-label="Calculator" hidden novalidate>
<label>runs<input type="number" name="runs" value="10000" min="1" step="1" required></label>
<label>seconds of one run<input type="number" name="seconds" value="20" min="0.001" step="any" required></label>
<label>seconds of start-up of a task<input type="number" name="start" value="4" min="0" step="any" required></label>
<label>tasks that run at a time<input type="number" name="atOnce" value="40" min="1" step="1" required></label>
<label>minutes that a task lasts at least<input type="number" name="least" value="30" min="0.001" step="any" \
required></label>
<dl>
<div><dt>runs in a task</dt><dd><output name="size"></output></dd></div>
<div><dt>tasks</dt><dd><output name="tasks"></output></dd></div>
<div><dt>wall time</dt><dd><output name="wall"></output></dd></div>
<div><dt>core time of start-ups</dt><dd><output name="waste"></output></dd></div>
</dl>
<p role="alert"></p>
</form>"""


class Calculator(SphinxDirective):
    """Show the calculator; it has no options and no content."""

    def run(self) -> list[nodes.Node]:
        """Return the form."""
        return [nodes.raw("", FORM, format="html", script=SCRIPT)]


def load(app, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Have a page with the calculator load its script, and no other page."""
    if doctree is not None and any(node.get("script") == SCRIPT for node in doctree.findall(nodes.raw)):
        app.add_js_file(SCRIPT, loading_method="defer")


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.add_directive("calculator", Calculator)
    app.connect("html-page-context", load)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
