"""References to lines say where a text or an object stands; what is not there, or twice, ends the build."""

import re

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
    assert first["linenos"] and "linenos" not in second


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
        (
            LISTING,
            "Box <other.py>",
            "the page has no listing of code/other.py, and 'Box <other.py>' is in no shown line",
        ),
        ("", "Box <other.py>", "the page has no listing of code/other.py, and there is no listing above"),
        (CLASS, "import sys", "'import sys' is in no shown line of it"),
        ("", "import sys", "there is no listing above"),
        (LISTING.replace("```\n\n", ":start-at: def open\n```\n\n"), "Box", "Box is not wholly shown in it"),
    ],
)
def test_what_is_not_there_or_twice_ends_the_build(script, before, wanted, complaint):
    warnings = script.page(f"{before}In {{lines}}`{wanted}`.")
    line = before.count("\n") + 3
    assert f"index.md:{line}: WARNING: lines: " in warnings and complaint in warnings
    assert warnings.count("WARNING") == 1


def test_a_heading_can_speak_of_lines(script):
    text = "```{contents}\n```\n\n{lines}`import sys <box.py>`\n\n" + LISTING + "## Look at {lines}`print(Box)` now\n"
    assert script.page(text) == ""
    page = BeautifulSoup(script.html(), "html.parser")
    assert page.select_one("h2 a.lines")["href"] == "#box-py-9"
    assert page.select_one("h2").get_text().startswith("Look at line 9 now")
    assert [link.get_text() for link in page.select(".contents li li a")] == ["Look at line 9 now"]


def test_text_that_ends_like_a_files_name_is_text(script):
    script.write("code/box.py", "a = 1\nprint(b'<html>')\n# vector <int>\n")
    assert script.page(f"{LISTING}In {{lines}}`# vector <int>`.") == ""
    assert link(script) == ("line 3", "#box-py-3")


@pytest.mark.parametrize("text", ["def f(:\n    pass\n", "x = '\0'\ndef f(:\n"])
def test_text_is_found_in_a_file_that_is_no_python(script, text):
    (script.source / "code/box.py").write_text(text)
    listing = LISTING.replace(":language: python", ":language: text")
    assert script.page(f"{listing}In {{lines}}`def f(`.") == ""
    warnings = script.page(f"{listing}In {{lines}}`f`.")
    assert "index.md:7: WARNING: lines: f can't be found, because the file is no Python" in warnings


def test_an_object_that_is_defined_twice_ends_the_build(script):
    (script.source / "code/box.py").write_text("def f():\n    1\n\n\ndef f():\n    2\n")
    assert "lines: f is defined in several places: line 1, line 5" in script.page(f"{LISTING}In {{lines}}`f`.")


def test_numbers_of_an_object_follow_the_file_in_one_process(script):
    assert script.page(f"{LISTING}In {{lines}}`Box`.") == ""
    (script.source / "code/box.py").write_text("# one more\n" + SCRIPT)
    assert script.build() == ("", ["index"])
    assert link(script) == ("lines 5 to 7", "#box-py-5")


class TestOtherFormats:
    """What a reference to lines, and a highlight, mean where a line can't be linked to."""

    def built(self, script, builder, name, text=LISTING + "In {lines}`print(Box)` and {lines}`Box`.\n"):
        """The text of a file that a builder makes of the page."""
        script.write("index.md", f"# Title\n\n{text}")
        assert script.build(builder=builder)[0] == ""
        return (script.folder / builder / name).read_text(encoding="utf-8")

    @pytest.mark.parametrize(("builder", "name"), [("text", "index.txt"), ("man", "projectnamenotset.1")])
    def test_numbers_and_highlights_are_seen(self, script, builder, name):
        changes = LISTING.replace("```\n\n", ":changes-from: /code/other.py\n```\n\n")
        text = self.built(script, builder, name, changes + "In {lines}`print(Box)`.\n")
        lines = [line.strip() for line in text.replace("\\(aq", "'").replace("\\(dq", '"').splitlines()]
        assert ">   9  print(Box)" in lines and "2" in lines
        plain = self.built(script, builder, name, LISTING)
        assert "9  print" not in plain and "print(Box)" in plain

    def test_a_link_leads_to_the_listing(self, script):
        text = self.built(script, "latex", "projectnamenotset.tex")
        targets = set(re.findall(r"\\hyperref\[\\detokenize\{(.*?)\}\]", text))
        assert "index:box-py" in targets
        assert targets <= set(re.findall(r"\\label\{\\detokenize\{(.*?)\}\}", text))
