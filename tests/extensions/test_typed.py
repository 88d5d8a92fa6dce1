"""The number of commands is that of all pages, also after one of them has changed."""

import pytest
from bs4 import BeautifulSoup

CONF = """
extensions = ["myst_parser", "extensions.typed", "walk.directives"]
"""
TWO = "---\norphan: true\n---\n# Two\n```{transcript}\n$ true\n$ cat <<END\n$ not typed\nEND\n```\n"


@pytest.fixture
def shell(project):
    """A project with a page of two commands."""
    project.write("conf.py", CONF)
    project.write("two.md", TWO)
    return project


def said(project):
    """What the page says."""
    return BeautifulSoup(project.html(), "html.parser").select_one(".count").get_text()


@pytest.mark.parametrize("parallel", [1, 2])
def test_it_counts_all_pages(shell, parallel):
    for name in "abcdef":  # fewer pages are not read by several processes
        shell.write(f"{name}.md", TWO)
    shell.write("index.md", "# Title\n{typed}`commands`\n```{transcript}\n$ false\n```\n")
    warnings, _ = shell.build(parallel=parallel)
    assert (warnings, said(shell)) == ("", "15")


def test_a_page_that_changes_or_goes_is_counted_anew(shell):
    assert shell.page("{typed}`commands`") == ""
    assert said(shell) == "2"
    shell.write("two.md", TWO.replace("$ true\n", "$ true\n$ true\n"))
    warnings, read = shell.build()
    assert (warnings, read, said(shell)) == ("", ["two"], "3")
    (shell.source / "two.md").unlink()
    assert shell.build()[0] == ""
    assert said(shell) == "0"


def test_a_page_is_written_again_when_its_builder_has_written_another_sum(shell):
    shell.page("{typed}`commands`")
    page = shell.folder / "html/index.html"
    page.write_text("as it was")
    shell.build()
    assert page.read_text() == "as it was"
    shell.write("two.md", TWO.replace("$ true\n", ""))
    shell.build(builder="dirhtml")
    shell.build()
    assert said(shell) == "1"


def test_nothing_else_is_counted(shell):
    assert "index.md:3: WARNING: typed: only commands are counted, not pages" in shell.page("{typed}`pages`")


@pytest.mark.parametrize("role", ["{typed}`commands`", "**{typed}`commands`**"])
def test_a_heading_can_not_say_it(shell, role):
    """Headings are copied into the contents before all pages are read."""
    warnings = shell.page(f"{{typed}}`commands`\n\n## The {role}")
    assert "index.md:5: WARNING: typed: a heading can't say how many commands there are: say it below" in warnings
    assert warnings.strip().count("\n") == 0
    assert said(shell) == "2"
