"""Makes the timetable of a class: how long each page takes is read from the box at the top of that page.

    ```{schedule} 120
    10 Welcome
    first-job
    10 Break
    array-jobs
    ```

120 are the minutes that there are. A line is a page of the same folder, or minutes and what they are for. What is left
is a row for questions. Pages that take longer end the build, so a page that grows is noticed.
"""

import re
from pathlib import PurePosixPath

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

TIME = re.compile(r"^\*\*Time:\*\* about (\d+) minutes", re.M)
HEADER = ("begin", "minutes", "what")
WIDTHS = (15, 15, 70)  # per cent


class Wrong(Exception):
    """A timetable that can't be, in one line."""


class Schedule(SphinxDirective):
    """Shows a timetable; its argument is how many minutes there are, its lines are pages and breaks."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the table; a warning, which fails the build, if it can't be or takes too long."""
        try:
            whole = directives.positive_int(self.arguments[0])
            rows = [self.row(line) for line in self.content if line.strip()]
            left = whole - sum(minutes for minutes, _ in rows)
            if left < 0:
                raise Wrong(f"takes {whole - left} minutes, and there are {whole}")
        except (Wrong, ValueError) as error:
            return [self.state.document.reporter.warning(f"schedule: {error}", line=self.lineno)]
        if left:
            rows.append((left, nodes.Text("Questions, and what took longer")))
        return [table(rows)]

    def row(self, line: str) -> tuple[int, nodes.Node]:
        """Return the minutes of a line, and what is done in them; Wrong if there is no such page or it has no time."""
        if words := re.fullmatch(r"\s*(\d+) (.+)", line):
            return int(words[1]), nodes.Text(words[2].strip())
        page = str(PurePosixPath(self.env.docname).parent / line.strip())
        if page not in self.env.found_docs:
            raise Wrong(f"there is no page {page}")
        path = self.env.doc2path(page)
        self.env.note_dependency(path)
        found = TIME.search(path.read_text(encoding="utf-8"))
        if not found:
            raise Wrong(f"{page} does not say its time")
        link = addnodes.pending_xref(
            "", nodes.inline("", page), refdoc=self.env.docname, refdomain="std", reftype="doc",
            reftarget=f"/{page}", refexplicit=False, refwarn=True,
        )  # fmt: skip
        return int(found[1]), link


def table(rows: list[tuple[int, nodes.Node]]) -> nodes.table:
    """Return a table of minutes and what is done in them; it begins at 0:00."""
    group = nodes.tgroup("", *[nodes.colspec(colwidth=width) for width in WIDTHS], cols=len(WIDTHS))
    body = nodes.tbody()
    begin = 0
    for minutes, what in rows:
        numbers = [f"{begin // 60}:{begin % 60:02}", str(minutes)]
        # The class tells those who look for typed numbers that these are computed.
        body += cells([*[nodes.inline("", number, classes=["count"]) for number in numbers], what])
        begin += minutes
    group += nodes.thead("", cells([nodes.Text(word) for word in HEADER]))
    group += body
    return nodes.table("", group, classes=["schedule"])


def cells(contents: list) -> nodes.row:
    """Return a row of a table."""
    return nodes.row("", *[nodes.entry("", nodes.paragraph("", "", content)) for content in contents])


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.add_directive("schedule", Schedule)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
