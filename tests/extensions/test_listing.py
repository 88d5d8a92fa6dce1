"""A listing names its file, numbers its lines, and highlights what is new in it; what can't be shown ends the build."""

import pytest
from bs4 import BeautifulSoup

STEP = "a = 1\n\n\ndef main():\n    for k in [1, 2]:\n        print(k)\n"
NEXT = "import sys\n\na = 1\n\n\ndef main():\n    print(int(sys.argv[1]))\n    print(k)\n"
INCLUDE = "```{literalinclude} /code/next.py\n:language: python\n"


@pytest.fixture
def steps(project):
    """A project with two steps of a script."""
    project.write("code/step.py", STEP)
    project.write("code/next.py", NEXT)
    project.write("conf.py", (project.source / "conf.py").read_text() + 'listing_steps = {"next.py": "step.py"}\n')
    return project


def soup(project):
    return BeautifulSoup(project.html(), "html.parser")


def highlighted(project):
    """The highlighted lines of the page, without their numbers."""
    lines = soup(project).select(".hll")
    for line in lines:
        for number in line.select(".linenos"):
            number.decompose()
    return [line.get_text().rstrip() for line in lines]


def test_the_caption_is_the_files_name_and_its_download(steps):
    assert steps.page(INCLUDE + ":caption: the `main` part\n```\n") == ""
    caption = soup(steps).select_one(".code-block-caption")
    assert caption.get_text().strip().startswith("next.py, the main part")
    link = caption.select_one("a.download")
    assert (steps.folder / "html" / link["href"]).read_text() == NEXT


@pytest.mark.parametrize("changes", ["", " /code/step.py"])
def test_new_lines_are_highlighted_against_the_step_before(steps, changes):
    assert steps.page(f"{INCLUDE}:changes-from:{changes}\n```\n") == ""
    assert highlighted(steps) == ["import sys", "    print(int(sys.argv[1]))"]
    note = soup(steps).select_one(".listing-note").get_text()
    assert note == "Highlighted: new or changed against step.py. "


def test_what_is_gone_is_said(steps):
    steps.write("code/next.py", "a = 1\ndef main():\n    print(k)\n")
    assert steps.page(INCLUDE + ":changes-from:\n```\n") == ""
    note = soup(steps).select_one(".listing-note").get_text()
    assert note == "Against step.py, removed: after line 2 for k in [1, 2]:."
    steps.write("code/step.py", "a = 1\ndef main():\n    b\n    c\n    d\n    e\n    print(k)\n")
    assert steps.page(INCLUDE + ":changes-from:\n```\n") == ""
    assert soup(steps).select_one(".listing-note").get_text().endswith("after line 2 b and 3 lines below it.")


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (":pyobject: main", ["    print(int(sys.argv[1]))"]),
        (":start-at: import sys\n:end-at: a = 1", ["import sys"]),
        (":lines: 1,3,7", ["import sys", "    print(int(sys.argv[1]))"]),
        (":start-at: print(int\n:dedent: 4", ["print(int(sys.argv[1]))"]),
        (":prepend: x\n:append: y", ["import sys", "    print(int(sys.argv[1]))"]),
    ],
)
def test_what_is_highlighted_in_a_part(steps, options, lines):
    assert steps.page(f"{INCLUDE}:changes-from:\n{options}\n```\n") == ""
    assert highlighted(steps) == lines


def test_numbers_are_the_files_and_can_be_linked_to(steps):
    assert steps.page(INCLUDE + ":pyobject: main\n:linenos:\n```\n\n" + INCLUDE + "```\n") == ""
    page = soup(steps)
    assert [number.get_text().strip() for number in page.select(".linenos")] == ["6", "7", "8"]
    first = page.find(id="next-py-6")
    assert first.get_text().endswith("def main():\n")
    # Every line of the second listing of the file has an anchor of its own, with or without a number to be seen.
    assert page.find(id="next-py--2-6").get_text() == "def main():\n"
    assert page.select_one("#next-py-6 a")["href"] == "#next-py-6"
    assert page.select_one("#next-py-6 a")["tabindex"] == "-1"
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_the_difference_can_be_unfolded(steps):
    assert steps.page(INCLUDE + ":changes-from:\n:show-diff:\n```\n") == ""
    text = soup(steps).select_one(".listing-difference pre").get_text()
    assert "--- step.py" in text and "+++ next.py" in text
    assert "-    for k in [1, 2]:\n" in text and "+    print(int(sys.argv[1]))\n" in text


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (":changes-from: /code/next.py", "nothing that is shown changed from code/next.py"),
        (":changes-from: /code/step.py\n:lines: 3", "nothing that is shown changed from code/step.py"),
        (":changes-from: /code/gone.py", "changes from code/gone.py can't be found"),
        (":show-diff:", "show-diff without changes-from"),
        (":emphasize-lines: 2", "emphasize-lines"),
        (":lineno-start: 2", "lineno-start"),
        (":pyobject: gone", "Object named 'gone' not found"),
        (":start-at: gone", "start-at pattern not found"),
        (":lines: 90", "no lines pulled"),
    ],
)
def test_what_cannot_be_shown_ends_the_build(steps, options, complaint):
    warnings = steps.page(f"{INCLUDE}{options}\n```\n")
    assert complaint in warnings and "index.md:" in warnings


def test_a_file_that_follows_no_step_needs_a_name(steps):
    warnings = steps.page("```{literalinclude} /code/step.py\n:changes-from:\n```\n")
    assert "step.py follows no other step in listing_steps" in warnings


def test_a_page_is_built_anew_when_the_step_before_changes(steps):
    steps.write("other.md", "---\norphan: true\n---\n# Other\n")
    assert steps.page(INCLUDE + ":changes-from:\n```\n") == ""
    assert steps.build() == ("", [])
    steps.write("code/step.py", STEP.replace("a = 1", "a = 2"))
    assert steps.build() == ("", ["index"])
    assert highlighted(steps) == ["import sys", "a = 1", "    print(int(sys.argv[1]))"]


def test_parallel_reading_gives_the_same_pages(steps, tmp_path):
    for number in range(8):
        text = f"{INCLUDE}:changes-from:\n:show-diff:\n```\n\nIn {{lines}}`import sys`.\n"
        steps.write(f"page{number}.md", f"---\norphan: true\n---\n# Page\n\n{text}")
    assert steps.page("Words.") == ""
    alone = [steps.html(f"page{number}") for number in range(8)]
    steps.folder = tmp_path / "again"
    warnings, read = steps.build(parallel=2)
    assert warnings == "" and len(read) == 9
    assert [steps.html(f"page{number}") for number in range(8)] == alone
