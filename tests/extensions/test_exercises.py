"""Exercises and solutions are shown in formats that sphinx-exercise does not know."""

import re
from collections import Counter

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


@pytest.mark.parametrize("builder", ["html", "singlehtml", "epub"])
def test_no_two_of_them_have_the_same_id(project, builder):
    project.write(
        "conf.py",
        'extensions = ["myst_parser", "sphinx_exercise", "extensions.exercises"]\n'
        'project, version, copyright = "Site", "1", "nobody"\n',
    )
    project.write("index.md", f"# Title\n\n{PAGE}{PAGE.replace('count', 'add').replace('Count', 'Add')}")
    assert project.build(builder=builder)[0] == ""
    [path] = (project.folder / builder).glob("index.*html")
    ids = re.findall(r' id="([^"]*)"', path.read_text(encoding="utf-8"))
    assert {"count", "add"} <= set(ids)
    assert [one for one, times in Counter(ids).items() if times > 1] == []
