"""References to lines say where a text or an object stands; what is not there, or twice, ends the build."""

import pytest
from bs4 import BeautifulSoup
from docutils import nodes

SCRIPT = 'import sys\n\n\nclass Box:\n    def open(self):\n        print("open")\n\n\nprint(Box)\nprint("end")\n'
LISTING = "```{literalinclude} /code/box.py\n:language: python\n```\n\n"
CLASS = "```{literalinclude} /code/box.py\n:language: python\n:pyobject: Box\n```\n\n"


@pytest.fixture
def script(project):
    """A project with one script."""
    project.write("code/box.py", SCRIPT)
    project.write("code/other.py", "import os\n")
    return project


def link(project):
    """Text and target of the one reference on the page."""
    (found,) = BeautifulSoup(project.html(), "html.parser").select("a.lines")
    return found.get_text(), found["href"]


@pytest.mark.parametrize(
    ("wanted", "text", "line"),
    [
        ("import sys", "line 1", 1),
        ("Box", "lines 4 to 6", 4),
        ("Box.open", "lines 5 and 6", 5),
        ('print("end")', "line 10", 10),
        ("class Box ... print(Box)", "lines 4 to 9", 4),
        ("class Box <box.py>", "line 4", 4),
    ],
)
def test_it_says_where(script, wanted, text, line):
    assert script.page(f"{LISTING}In {{lines}}`{wanted}`.") == ""
    assert link(script) == (text, f"#box-py-{line}")
    assert BeautifulSoup(script.html(), "html.parser").find(id=f"box-py-{line}")


def test_lines_that_are_spoken_of_have_numbers_to_be_seen(script):
    assert script.page(f"{LISTING}{CLASS}") == ""
    assert "linenos" not in script.html()
    assert script.page(f"{LISTING}{CLASS}In {{lines}}`print(Box) <box.py>`.") == ""
    first, second = script.doctree().findall(nodes.literal_block)
    assert first["linenos"] and not second["linenos"]


def test_the_nearest_listing_is_meant(script):
    assert script.page(f"{LISTING}{CLASS}In {{lines}}`class Box`.") == ""
    assert link(script) == ("line 4", "#box-py--2-4")
    # By the file's name, one that shows the line is enough; one above wins.
    assert script.page(f"{LISTING}In {{lines}}`class Box <box.py>`.\n\n{CLASS}") == ""
    assert link(script) == ("line 4", "#box-py-4")
    assert script.page(f"In {{lines}}`class Box <box.py>`.\n\n{LISTING}") == ""
    assert link(script) == ("line 4", "#box-py-4")


def test_numbers_follow_the_file(script):
    script.page(f"{LISTING}In {{lines}}`print(Box)`.")
    script.write("code/box.py", "\n" * 7 + SCRIPT)
    # textwrap.dedent and lstrip of the fixture take the blank lines: write them here.
    (script.source / "code/box.py").write_text("# one more\n" + SCRIPT)
    assert script.build() == ("", ["index"])
    assert link(script) == ("line 10", "#box-py-10")


@pytest.mark.parametrize(
    ("before", "wanted", "complaint"),
    [
        (LISTING, "gone", "'gone' is in no shown line of it (code/box.py)"),
        (LISTING, "print", "'print' is in more than one shown line of it: 6, 9, 10 (code/box.py)"),
        (LISTING, "import sys ... gone", "'gone' is in no shown line of it"),
        (LISTING, "print(Box) ... import sys", "'import sys' is in no shown line of it"),
        (LISTING, "Box <other.py>", "the page has no listing of code/other.py"),
        (CLASS, "import sys", "'import sys' is in no shown line of it"),
        ("", "import sys", "there is no listing above"),
        (LISTING.replace("```\n\n", ":lines: 5\n```\n\n"), "Box", "Box is not wholly shown in it"),
        (LISTING.replace("```\n\n", ":lines: 1,4\n```\n\n"), "import sys", "has gaps or additions"),
    ],
)
def test_what_is_not_there_or_twice_ends_the_build(script, before, wanted, complaint):
    warnings = script.page(f"{before}In {{lines}}`{wanted}`.")
    line = before.count("\n") + 3
    assert f"index.md:{line}: WARNING: lines: " in warnings and complaint in warnings
