"""Exercises and solutions are shown in formats that sphinx-exercise does not know."""

import pytest

# sphinx-exercise 1.2.1 uses what Sphinx 11 will not have.
pytestmark = pytest.mark.filterwarnings("ignore::sphinx.deprecation.RemovedInSphinx11Warning")

PAGE = "```{exercise} Count\n:label: count\nHow many?\n```\n\n```{solution} count\nSeven.\n```\n"


@pytest.mark.parametrize(
    ("builder", "name"),
    [
        ("text", "index.txt"),
        ("man", "projectnamenotset.1"),
        ("texinfo", "projectnamenotset.texi"),
        ("html", "index.html"),
    ],
)
def test_they_are_shown(project, builder, name):
    project.write("conf.py", 'extensions = ["myst_parser", "sphinx_exercise", "extensions.exercises"]\n')
    project.write("index.md", f"# Title\n\n{PAGE}")
    assert project.build(builder=builder)[0] == ""
    text = (project.folder / builder / name).read_text(encoding="utf-8")
    for words in ("Exercise", "How many?", "Solution", "Seven."):
        assert words in text
