"""Says on a page how an exercise is checked, and lists all of them: both from the table of the program that checks.

    {check}`array-jobs`      About 10 minutes. Check it: `python3 check.py array-jobs`

    ```{exercises}
    ```

The program, `checks_program` in conf.py, has a constant EXERCISES: names to what is known of each. On a page, the
exercise of that name has the label `ex-NAME`, and the same title; so neither is without the other.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx_exercise.nodes import is_exercise_node  # type: ignore[import-untyped]

from extensions import tables
from extensions.counts import constants

logger = logging.getLogger(__name__)

EXERCISE = re.compile(
    r"""^[ \t]*(?::{3,}|`{3,}|~{3,})\{exercise(?:-start)?\}[ \t]*(.*?)[ \t]*\n
    (?:[ \t]*:[\w-]+:.*\n)*?[ \t]*:label:[ \t]*ex-(\S+)""",
    re.M | re.X,
)
MARKUP = (nodes.literal, nodes.emphasis, nodes.strong, nodes.inline, nodes.math, nodes.subscript, nodes.superscript)
IN_TITLES = (nodes.Text, nodes.title, nodes.subtitle, *MARKUP)
HEADER = ("exercise", "page", "minutes", "command")
WIDTHS = (28, 30, 10, 32)  # per cent


class Wrong(Exception):
    """An exercise that can't be shown, in one line."""


def table_of(env) -> dict[str, dict]:
    """Return what the program knows of each exercise, found without running it; Wrong if it knows nothing."""
    file = env.config.checks_program
    env.note_dependency(str(Path(env.srcdir) / file))
    try:
        found = constants(Path(env.srcdir) / file, "EXERCISES")
    except (OSError, SyntaxError, ValueError) as error:
        raise Wrong(f"{file} can't be read: {error}") from error
    if not found:
        raise Wrong(f"{file} has no EXERCISES")
    if not isinstance(found[0], dict):
        raise Wrong(f"EXERCISES in {file} is no dict of names")
    for name, exercise in found[0].items():
        if not isinstance(exercise, dict):
            raise Wrong(f"{name} in {file} is no dict")
        if not isinstance(exercise.get("title"), str):
            raise Wrong(f"{name} in {file} has no title")
        for key, number in {"minutes": exercise.get("minutes"), "answers": exercise.get("answers", 0)}.items():
            if not isinstance(number, int):
                raise Wrong(f"{name} in {file} has no whole number of {key}")
    return found[0]


def written(env, page: str) -> list[tuple[str, str]]:
    """Return the title and the name of each exercise in the source of a page: it may not have been read yet."""
    return EXERCISE.findall(tables.without_comments(env.doc2path(page).read_text(encoding="utf-8")))


def compare(app, doctree: nodes.document) -> None:
    """Warn, and so fail the build, for an exercise of a page that is not found in its source."""
    exercises = list(doctree.findall(is_exercise_node)) if app.config.checks_program else []
    if exercises:
        labels = {f"ex-{name}" for _, name in written(app.env, app.env.current_document.docname)}
        for node in exercises:
            if node["label"] not in labels:
                how = "in the page itself, write :::{exercise} TITLE, and below it :label: ex-NAME"
                said = f"exercise: {node['label']} is not in the list of all exercises: {how}"
                logger.warning("%s", said, location=node)


def plain_titles(app, doctree: nodes.document) -> None:
    """Warn, and so fail the build, for a title that a solution can't repeat: in its copy, no link is resolved.

    The copy gets the words alone, so that the build comes to its end.
    """
    for node in doctree.findall(is_exercise_node):
        title = app.env.sphinx_exercise_registry[node["label"]]["node"][0]
        others = [one for one in title.findall() if not isinstance(one, IN_TITLES)]
        if others:
            may = "is repeated by its solution, and may have words and code only, no links"
            logger.warning("exercise: the title of %s %s", node["label"], may, location=node)
        for one in others:
            one.replace_self(nodes.Text(one.astext()))


def command(name: str, exercise: dict, program: str) -> nodes.literal:
    """Return what a learner types to check an exercise."""
    return nodes.literal("", f"python3 {Path(program).name} {name}" + " ANSWER" * exercise.get("answers", 0))


class Check(SphinxRole):
    """The role `check`: how long an exercise takes, and the command that checks it."""

    def run(self):
        """Return the words; warn, and so fail the build, for an exercise that there isn't."""
        try:
            table = table_of(self.env)
            if self.text not in table:
                raise Wrong(f"{self.config.checks_program} has no exercise {self.text!r}")
        except Wrong as error:
            logger.warning("check: %s", error, location=self.get_location())
            return [nodes.Text(self.text)], []
        exercise = table[self.text]
        # The class tells those who look for typed numbers that this one is computed.
        minutes = nodes.inline("", str(exercise["minutes"]), classes=["count"])
        typed = command(self.text, exercise, self.config.checks_program)
        return [nodes.Text("About "), minutes, nodes.Text(" minutes. Check it: "), typed], []


class Exercises(SphinxDirective):
    """Lists the exercises of all pages; those that the program does not check stand last."""

    def run(self) -> list[nodes.Node]:
        """Return the table; a warning, which fails the build, if pages and program do not have the same."""
        try:
            table = table_of(self.env)
            pages = self.pages()
            rows = [self.row(name, pages.pop(name, None), table) for name in table]
            rows += [self.row(name, found, table) for name, found in pages.items()]
        except Wrong as error:
            return [self.state.document.reporter.warning(f"exercises: {error}", line=self.lineno)]
        return [tables.table(HEADER, WIDTHS, rows)]

    def pages(self) -> dict[str, tuple[str, str]]:
        """Return the page and the title of each exercise."""
        found: dict[str, tuple[str, str]] = {}
        for page in sorted(self.env.found_docs):
            self.env.note_dependency(self.env.doc2path(page))
            found |= {name: (page, title) for title, name in written(self.env, page)}
        return found

    def row(self, name: str, found: tuple[str, str] | None, table: dict[str, dict]) -> list[nodes.Node]:
        """Return the cells of an exercise; Wrong if the program and the page do not say the same."""
        program = self.config.checks_program
        if not found:
            raise Wrong(f"{program} checks {name}, and no page has an exercise with the label ex-{name}")
        page, title = found
        exercise = table.get(name)
        if exercise and exercise["title"] != title:
            raise Wrong(f"ex-{name} is {title!r} on {page}, and {exercise['title']!r} in {program}")
        cell = [tables.link(self.env, "ref", f"ex-{name}", title), tables.link(self.env, "doc", f"/{page}", page)]
        if not exercise:
            return [*cell, nodes.Text(""), nodes.Text("by eye")]
        minutes = nodes.inline("", str(exercise["minutes"]), classes=["count"])
        return [*cell, minutes, command(name, exercise, program)]


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.add_config_value("checks_program", "", "env", types=[str])  # from the folder of the site's source
    app.add_role("check", Check())
    app.add_directive("exercises", Exercises)
    app.connect("doctree-read", compare)
    app.connect("doctree-read", plain_titles)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
