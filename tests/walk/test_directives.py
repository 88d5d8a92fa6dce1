"""A transcript knows what it expects; options that mean nothing, or contradict each other, end the build."""

import pytest
from docutils import nodes


@pytest.fixture
def page(project):
    """page(markdown) builds a page of these words and gives the warnings."""
    conf = project.source / "conf.py"
    project.write(
        "conf.py", conf.read_text().replace('"extensions.listing"', '"extensions.listing", "extensions.transcript"')
    )
    return project.page


def block(project):
    (found,) = project.doctree().findall(nodes.literal_block)
    return found


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", {"exit": [0, 0], "limit": 600, "output": "compared", "folder": ".", "where": "home"}),
        (":exit: 1", {"exit": [0, 1], "limit": 600, "output": "compared", "folder": ".", "where": "home"}),
        (":exit: 2 0\n:limit: 5", {"exit": [2, 0], "limit": 5, "output": "compared", "folder": ".", "where": "home"}),
        (":where: machine", {"exit": [0, 0], "limit": 600, "output": "compared", "folder": ".", "where": "machine"}),
        (
            ":output: shown\n:folder: a/b",
            {"exit": [0, 0], "limit": 600, "output": "shown", "folder": "a/b", "where": "home"},
        ),
    ],
)
def test_it_knows_what_to_expect(project, page, options, expected):
    assert page("\n".join(["```{transcript}", *options.splitlines(), "$ ls", "a", "$ pwd", "```"])) == ""
    assert block(project)["transcript"] == expected
    assert block(project)["language"] == "console"
    assert '<span class="gp">$ </span>' in project.html()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("```{transcript}\n:exit: 1 2 3\n\n$ ls\n```", "transcript: exit has 3 codes for 1 commands"),
        ("```{transcript}\n:exit: 300\n\n$ ls\n```", "exit codes are numbers from 0 to 255"),
        ("```{transcript}\n:exit: one\n\n$ ls\n```", "exit"),
        ("```{transcript}\n:exit:\n\n$ ls\n```", "exit codes are numbers from 0 to 255"),
        ("```{transcript}\n:exit: 1\n:exit: 0\n\n$ ls\n```", "transcript: exit is there twice"),
        ("```{edit} a\n:result: b\n:result: c\n\n-a\n+b\n```", "edit: result is there twice"),
        ("```{for-show} python\n:reason: b\n:reason: c\n\na = 1\n```", "for-show: reason is there twice"),
        ("```{transcript}\n:folder:\n\n$ ls\n```", "a folder is named from the one where the reader is"),
        ("```{transcript}\n:limit:\n\n$ ls\n```", "limit"),
        ("```{transcript}\n:output:\n\n$ ls\n```", "output"),
        ("```{transcript}\n:limit: 0\n\n$ ls\n```", "a limit is at least one second"),
        ("```{transcript}\n:output: maybe\n\n$ ls\n```", "maybe"),
        ("```{transcript}\n:folder: /tmp\n\n$ ls\n```", "a folder is named from the one where the reader is"),
        ("```{transcript}\n:folder: a/../..\n\n$ ls\n```", "a folder is named from the one where the reader is"),
        ("```{transcript}\n:where: nowhere\n\n$ ls\n```", "nowhere"),
        ("```{transcript}\n:colour: red\n\n$ ls\n```", "colour"),
        ("```{transcript}\nls\n```", "transcript: the first line is no command: 'ls'"),
        ("```{for-show} python\na = 1\n```", "for-show: say why nobody runs it: reason"),
        ("```{for-show}\n:reason: none\n\na = 1\n```", "for-show"),
    ],
)
def test_what_it_cannot_mean_ends_the_build(page, text, complaint):
    warnings = page(text)
    assert complaint in warnings and "index.md:" in warnings


def test_what_is_for_show_says_why(project, page):
    assert page("```{for-show} python\n:reason: an example\n\na = 1\n```") == ""
    assert block(project)["for_show"] == "an example"
    assert block(project)["language"] == "python"
