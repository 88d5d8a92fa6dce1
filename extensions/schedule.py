"""Adds up how long pages take, for the timetable of a class or in a sentence; the box at the top of each says it.

    ```{schedule} 120
    10 Welcome
    first-job
    10 Break
    array-jobs
    ```

120 are the minutes that there are. A line is a page of the same folder, or minutes and what they are for. What is left
is a row for questions. Pages that take longer end the build, so a page that grows is noticed.

    {duration}`On the cluster`

is how long the pages of a table of contents take that has this caption and is on the same page, as in "3 h 20 min".
"""

import re
from pathlib import PurePosixPath

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective, SphinxRole

from extensions import tables

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
        time = minutes(self.env, page)
        return time, tables.link(self.env, "doc", f"/{page}", page)


class pending_duration(nodes.Inline, nodes.TextElement):
    """Stands for a duration until the whole page is read."""


class DurationRole(SphinxRole):
    """Says how long the pages of a table of contents take; its text is the caption."""

    def run(self):
        """Return a node that knows the caption."""
        node = pending_duration(caption=self.text)
        self.set_source_info(node)
        return [node], []


class ResolveDurations(SphinxTransform):
    """Writes the durations of a page."""

    default_priority = 500

    def apply(self, **options) -> None:
        """Replace each role by its duration; a warning, which fails the build, where there is none."""
        contents: dict[str, list[str]] = {}
        for toctree in self.document.findall(addnodes.toctree):
            contents.setdefault(toctree["caption"], []).extend(toctree["includefiles"])
        for node in list(self.document.findall(pending_duration)):
            try:
                if node["caption"] not in contents:
                    raise Wrong(f"no table of contents on this page has the caption {node['caption']}")
                whole = sum(minutes(self.env, page) for page in contents[node["caption"]])
                text = " ".join(f"{n} {unit}" for n, unit in ((whole // 60, "h"), (whole % 60, "min")) if n)
                node.replace_self(nodes.inline("", text, classes=["count"]))
            except Wrong as error:
                warning = self.document.reporter.warning(f"duration: {error}", line=node.line)
                node.replace_self(warning)


def minutes(env: BuildEnvironment, page: str) -> int:
    """Return how long a page takes, as it says itself; Wrong if there is no such page or it has no time."""
    if page not in env.found_docs:
        raise Wrong(f"there is no page {page}")
    path = env.doc2path(page)
    env.note_dependency(path)
    found = TIME.search(tables.without_comments(path.read_text(encoding="utf-8")))
    if not found:
        raise Wrong(f"{page} does not say its time")
    return int(found[1])


def table(rows: list[tuple[int, nodes.Node]]) -> nodes.table:
    """Return a table of minutes and what is done in them; it begins at 0:00."""
    begin, lines = 0, []
    for minutes, what in rows:
        numbers = [f"{begin // 60}:{begin % 60:02}", str(minutes)]
        # The class tells those who look for typed numbers that these are computed.
        lines.append([*[nodes.inline("", number, classes=["count"]) for number in numbers], what])
        begin += minutes
    return tables.table(HEADER, WIDTHS, lines, classes=["schedule"])


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.add_directive("schedule", Schedule)
    app.add_role("duration", DurationRole())
    app.add_transform(ResolveDurations)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
