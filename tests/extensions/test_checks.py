"""The list of the exercises is that of the pages and of the program that checks them, or the build ends."""

import re

import pytest
from bs4 import BeautifulSoup

# sphinx-exercise 1.2.1 uses what Sphinx 11 will not have.
pytestmark = pytest.mark.filterwarnings("ignore::sphinx.deprecation.RemovedInSphinx11Warning")

PROGRAM = """
import sys
EXERCISES = {
    "one": {"title": "First things", "minutes": 5},
    "two": {"title": "Second", "minutes": 25, "answers": 2},
}
sys.exit("nobody runs it")
"""


def exercise(title, name):
    return f"---\norphan: true\n---\n\n# Page {name}\n\n:::{{exercise}} {title}\n:label: ex-{name}\n\nDo it.\n:::\n"


@pytest.fixture
def lesson(project):
    """A project with three exercises, of which its program checks two."""
    conf = (project.source / "conf.py").read_text()
    conf = conf.replace('["myst_parser"', '["myst_parser", "sphinx_exercise", "extensions.checks"')
    project.write("conf.py", conf + 'myst_enable_extensions = ["colon_fence"]\nchecks_program = "code/check.py"\n')
    project.write("code/check.py", PROGRAM)
    for name, title in {"two": "Second", "one": "First things", "eye": "Look"}.items():
        project.write(f"p-{name}.md", exercise(title, name))
    return project


def rows(project):
    """The table of the page, a list of cells a row."""
    found = BeautifulSoup(project.html(), "html.parser").select("table tr")
    return [[cell.get_text().strip() for cell in row.select("th, td")] for row in found]


def test_the_list_is_in_the_order_of_the_program_and_what_it_does_not_check_is_last(lesson):
    assert lesson.page("```{exercises}\n```") == ""
    assert rows(lesson) == [
        ["exercise", "page", "minutes", "command"],
        ["First things", "Page one", "5", "python3 check.py one"],
        ["Second", "Page two", "25", "python3 check.py two ANSWER ANSWER"],
        ["Look", "Page eye", "", "by eye"],
    ]
    links = BeautifulSoup(lesson.html(), "html.parser").select("table a")
    assert [link["href"] for link in links[:2]] == ["p-one.html#ex-one", "p-one.html"]


def test_a_page_says_time_and_command(lesson):
    assert lesson.page("{check}`two`") == ""
    text = BeautifulSoup(lesson.html(), "html.parser").get_text()
    assert "About 25 minutes. Check it: python3 check.py two ANSWER ANSWER" in text


@pytest.mark.parametrize(
    ("program", "page", "said"),
    [
        (PROGRAM, exercise("Another", "one"), "ex-one is 'Another' on p-one, and 'First things' in code/check.py"),
        (
            PROGRAM,
            exercise("First things", "uno"),
            "code/check.py checks one, and no page has an exercise with the lab",
        ),
        ("EXERCISES = {", exercise("First things", "one"), "code/check.py can't be read: '{' was never closed"),
        (
            "EXERCISES = dict()",
            exercise("First things", "one"),
            "code/check.py can't be read: malformed node or string",
        ),
        ("TABLE = {}", exercise("First things", "one"), "code/check.py has no EXERCISES"),
        ("EXERCISES = ['one']", exercise("First things", "one"), "EXERCISES in code/check.py is no dict of names"),
        ("EXERCISES = {'one': 5}", exercise("First things", "one"), "one in code/check.py is no dict"),
        ("EXERCISES = {'one': {'minutes': 5}}", exercise("First things", "one"), "one in code/check.py has no title"),
        (
            "EXERCISES = {'one': {'title': 'First things'}}",
            exercise("First things", "one"),
            "one in code/check.py has no whole number of minutes",
        ),
        (
            "EXERCISES = {'one': {'title': 'First things', 'minutes': 5, 'answers': 'two'}}",
            exercise("First things", "one"),
            "one in code/check.py has no whole number of answers",
        ),
        (None, exercise("First things", "one"), "code/check.py can't be read: [Errno 2]"),
    ],
)
def test_what_can_not_be_is_one_line(lesson, program, page, said):
    (lesson.source / "code/check.py").unlink()
    if program is not None:
        lesson.write("code/check.py", program)
    lesson.write("p-one.md", page)
    warnings = lesson.page("```{exercises}\n```")
    assert f"index.md:3: WARNING: exercises: {said}" in warnings
    assert warnings.strip().count("\n") == 0


@pytest.mark.parametrize(
    "written",
    [
        "```{exercise} Look\n:label: ex-eye\n\nDo it.\n```",
        ":::{exercise} Look\n:class: wide\n:label: ex-eye\n\nDo it.\n:::",
        "- In a list\n\n  :::{exercise}   Look\n  :label: ex-eye\n\n  Do it.\n  :::",
        "~~~{exercise-start} Look\n:label: ex-eye\n~~~\n\nDo it.\n\n~~~{exercise-end}\n~~~",
        ":::{exercise} Look\n:label: ex-eye\n:::\n\n<!--\n:::{exercise} Old\n:label: ex-old\n:::\n-->",
    ],
)
def test_an_exercise_is_found_however_it_is_written(lesson, written):
    lesson.write("p-eye.md", f"---\norphan: true\n---\n\n# Page eye\n\n{written}\n")
    assert lesson.page("```{exercises}\n```") == ""
    assert [row[0] for row in rows(lesson)[1:]] == ["First things", "Second", "Look"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (":::{exercise} Look\n---\nlabel: ex-eye\n---\nDo it.\n:::", "ex-eye is not in the list of all exercises"),
        (":::{exercise} Look\n:label: eye\n\nDo it.\n:::", "eye is not in the list of all exercises"),
        (":::{exercise} Look\n\nDo it.\n:::", "p-eye-exercise-0 is not in the list of all exercises"),
    ],
)
def test_an_exercise_that_is_not_found_is_named(lesson, written, said):
    lesson.write("p-eye.md", f"---\norphan: true\n---\n\n# Page eye\n\n{written}\n")
    warnings = lesson.page("```{exercises}\n```")
    # Docutils gives an exercise the line where it ends.
    assert re.search(rf"p-eye\.md:\d+: WARNING: exercise: {said}: in the page itself, .*:label: ex-NAME", warnings)
    assert warnings.strip().count("\n") == 0


def test_an_exercise_of_an_included_file_is_named(lesson):
    lesson.write("eye.txt", ":::{exercise} Look\n:label: ex-eye\n\nDo it.\n:::\n")
    lesson.write("p-eye.md", "---\norphan: true\n---\n\n# Page eye\n\n```{include} eye.txt\n```\n")
    assert "WARNING: exercise: ex-eye is not in the list of all exercises" in lesson.page("```{exercises}\n```")


@pytest.mark.parametrize("title", ["See {lines}`x`", "See [two](p-two.md)", "See {ref}`ex-two`", "In {duration}`All`"])
def test_a_title_that_a_solution_can_not_repeat_is_named(lesson, title):
    conf = lesson.source / "conf.py"
    conf.write_text(conf.read_text().replace('"extensions.checks"', '"extensions.checks", "extensions.schedule"'))
    listing = "```{literalinclude} /code/check.py\n:start-at: import\n:end-at: import\n:name: x\n```\n"
    solution = ":::{solution} ex-eye\n\nSo.\n:::\n"
    lesson.write("p-eye.md", f"{exercise(title, 'eye')}\n{solution}")
    warnings = lesson.page(listing)
    said = "exercise: the title of ex-eye is repeated by its solution, and may have words and code only, no links"
    assert warnings.count(said) == 1


def test_words_and_code_are_a_title(lesson):
    title = "*Use* **it**, `python3` and x{sup}`2`"
    lesson.write("p-eye.md", f"{exercise(title, 'eye')}\n:::{{solution}} ex-eye\n\nSo.\n:::\n")
    assert lesson.page("Text.") == ""


def test_an_exercise_that_there_is_not_is_named(lesson):
    assert "index.md:3: WARNING: check: code/check.py has no exercise 'three'" in lesson.page("{check}`three`")


def test_a_title_that_changes_is_noticed(lesson):
    assert lesson.page("```{exercises}\n```") == ""
    lesson.write("p-one.md", exercise("First thing", "one"))
    warnings, read = lesson.build()
    assert "ex-one is 'First thing' on p-one" in warnings
    assert sorted(read) == ["index", "p-one"]


def test_a_time_that_changes_is_noticed(lesson):
    assert lesson.page("{check}`one`") == ""
    lesson.write("code/check.py", PROGRAM.replace('"minutes": 5', '"minutes": 6'))
    warnings, read = lesson.build()
    assert (warnings, read) == ("", ["index"]) and "About <span" in lesson.html()
    assert "About 6 minutes." in BeautifulSoup(lesson.html(), "html.parser").get_text()
