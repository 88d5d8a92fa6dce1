"""A listing names its file, numbers its lines, and highlights what is new in it; what can't be shown ends the build."""

import re

import pytest
from bs4 import BeautifulSoup
from docutils import nodes

from extensions.listing import REFUSED

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
    assert note == "Against step.py, removed after line 2: for k in [1, 2]:."
    steps.write("code/step.py", "a = 1\ndef main():\n    b\n    c\n    d\n    e\n    print(k)\n")
    assert steps.page(INCLUDE + ":changes-from:\n```\n") == ""
    assert soup(steps).select_one(".listing-note").get_text().endswith("after line 2: b and the 3 lines below it.")


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (":pyobject: main", ["    print(int(sys.argv[1]))"]),
        (":start-at: import sys\n:end-at: a = 1", ["import sys"]),
        (":start-at: print(int\n:dedent: 4", ["print(int(sys.argv[1]))"]),
        (":start-after: import sys", ["    print(int(sys.argv[1]))"]),
        (":pyobject: main\n:end-before: print(k)", ["    print(int(sys.argv[1]))"]),
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


def ids_and_dead_links(project):
    """The ids of the page that are there twice, and the links to the page itself that lead nowhere."""
    ids = [tag["id"] for tag in soup(project).find_all(id=True)]
    links = {link["href"][1:] for link in soup(project).select("article a[href^='#'], div.body a[href^='#']")}
    return {one for one in ids if ids.count(one) > 1}, links - {*ids, ""}


def lines_and_targets(project):
    """The text and the line of each reference to lines."""
    links = soup(project).select("a.lines")
    return [(link.get_text(), soup(project).find(id=link["href"][1:]).get_text().strip()) for link in links]


NAMES = {
    "two files and a heading": (["Makefile", "Makefile-2"], "## Makefile 3\n"),
    "the second file first": (["Makefile-2", "Makefile"], ""),
    "a heading first": (["## Makefile 2\n", "Makefile"], ""),
    "one file twice": (["Makefile", "Makefile"], "## Makefile 2\n"),
    "digits": (["2024", "2025"], ""),
    "no Latin letters": (["数据", "данные"], ""),
    "digits and words": (["2024 a.py", "2025 a.py"], ""),
}


@pytest.mark.parametrize(("parts", "end"), NAMES.values(), ids=NAMES)
def test_each_line_has_an_id_that_nothing_else_has(project, parts, end):
    text = ""
    files = [part for part in parts if not part.startswith("#")]
    for part in parts:
        if part in files:
            project.write(f"code/{part}", "one\ntwo\nthree\n")
            part = f"```{{literalinclude}} /code/{part}\n```\n\nSee {{lines}}`two` and {{lines}}`one`.\n"
        text += f"{part}\n"
    assert project.page(text + end) == ""
    assert ids_and_dead_links(project) == (set(), set())
    assert lines_and_targets(project) == [("line 2", "2two"), ("line 1", "1one")] * len(files)


def test_ids_stay_what_links_from_elsewhere_say(project):
    for name in ("Makefile", "python/a_b.py"):
        project.write(f"code/{name}", "one\ntwo\n")
    listings = [f"```{{literalinclude}} /code/{name}\n```\n\n" for name in ("Makefile", "python/a_b.py", "Makefile")]
    assert project.page("".join(listings)) == ""
    wanted = {"makefile", "makefile-1", "python-a-b-py", "python-a-b-py-2", "makefile--2", "makefile--2-2"}
    assert wanted <= {tag["id"] for tag in soup(project).find_all(id=True)}


@pytest.mark.parametrize("language", ["bash", "c", "default", "python", "r", "slurm", "text", "yaml"])
def test_blank_lines_at_the_ends_are_lines(steps, language):
    steps.write("conf.py", (steps.source / "conf.py").read_text() + 'extensions += ["extensions.slurm"]\n')
    (steps.source / "code/step.py").write_text("# top\n\none\nend\n")
    (steps.source / "code/next.py").write_text("# top\n\none\ntwo\n\nend\n")
    options = ":start-after: top\n:end-before: end\n"
    changes = "" if language == "default" else ":changes-from:\n"
    include = INCLUDE.replace("python", language) + options + changes
    assert steps.page(f"{include}```\n\nSee {{lines}}`one`.\n") == ""
    lines = [soup(steps).find(id=f"next-py-{number}").get_text() for number in range(2, 6)]
    assert lines == ["2\n", "3one\n", "4two\n", "5\n"]
    assert not changes or highlighted(steps) == ["two"]
    assert steps.build(builder="latex")[0] == ""
    text = (steps.folder / "latex/projectnamenotset.tex").read_text()
    shown = re.search(r"firstnumber=2[^\n]*\n(.*?)\\end", text, re.DOTALL)[1]
    assert [bool(line) for line in shown.splitlines()] == [False, True, True, False]


def test_the_difference_can_be_unfolded(steps):
    assert steps.page(INCLUDE + ":changes-from:\n:show-diff:\n```\n") == ""
    text = soup(steps).select_one(".listing-difference pre").get_text()
    assert "--- step.py" in text and "+++ next.py" in text
    assert "-    for k in [1, 2]:\n" in text and "+    print(int(sys.argv[1]))\n" in text


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (":changes-from: /code/next.py", "nothing that is shown changed from code/next.py"),
        (
            ":changes-from: /code/step.py\n:start-at: a = 1\n:end-at: a = 1",
            "nothing that is shown changed from code/step.py",
        ),
        (":changes-from: /code/gone.py", "changes from code/gone.py can't be found"),
        (":show-diff:", "show-diff without changes-from"),
        (":changes-from:\n:language: default", "changes-from needs the language"),
        *((f":{option}: 2", option) for option in REFUSED),
        (":start-at: a = 1\n:start-at: print", "start-at is there twice"),
        (":pyobject: gone", "Object named 'gone' not found"),
        (":start-at: gone", "start-at pattern not found"),
        (":start-after: gone", "start-after pattern not found"),
        (":end-before: gone", "end-before pattern not found"),
        (":start-at: print", "'print' is in several lines: 7, 8"),
        (":start-at: main\n:end-before: print", "'print' is in several lines: 7, 8"),
        (":pyobject: main\n:end-at: print", "'print' is in several lines: 7, 8"),
        (":encoding: ascii\n:start-at: gone", "start-at pattern not found"),
    ],
)
def test_what_cannot_be_shown_ends_the_build(steps, options, complaint):
    options = options.replace(":changes-from:\n:language: default", ":changes-from:")
    include = INCLUDE.replace(":language: python\n", "") if "language" in complaint else INCLUDE
    warnings = steps.page(f"{include}{options}\n```\n")
    assert re.search(rf"index\.md:\d+: WARNING: .*{re.escape(complaint)}", warnings), warnings
    assert warnings.count("WARNING") == 1


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


def note(project):
    """What is said below the listing."""
    return soup(project).select_one(".listing-note").get_text()


@pytest.mark.parametrize(
    ("old", "new", "options", "said"),
    [
        ("import os\na = 1\n", "a = 1\n", "", "before line 1: import os."),
        ("import os\n\na = 1\n", "# new\na = 1\n", "", "before line 2: import os."),
        ("x = 1\n@cache\ndef f():\n    x\n", "x = 1\ndef f():\n    x\n", ":pyobject: f", "before line 2: @cache."),
        ("x = 1\n\ny = 1\n\ndef f():\n    x\n", "x = 1\n\ndef f():\n    x\n", "", "after line 1: y = 1."),
        ("a = 1\nb = 2\n", "a = 1\n", "", "after line 1: b = 2."),
    ],
)
def test_what_is_gone_at_the_top_is_said(steps, old, new, options, said):
    (steps.source / "code/step.py").write_text(old)
    (steps.source / "code/next.py").write_text(new)
    assert steps.page(f"{INCLUDE}:changes-from:\n{options}\n```\n") == ""
    assert note(steps) == f"Against step.py, removed {said}"


def test_what_is_gone_above_an_excerpt_is_not_said(steps):
    steps.write("code/step.py", "import os\nimport re\n\n\ndef f():\n    x\n")
    steps.write("code/next.py", "import os\n\n\ndef f():\n    y\n")
    assert steps.page(INCLUDE + ":changes-from:\n:pyobject: f\n```\n") == ""
    assert "emoved" not in note(steps)


def test_a_marker_must_be_alone_only_where_it_is_looked_for(steps):
    include = INCLUDE + ":pyobject: second\n:start-at: return\n:linenos:\n```\n"
    steps.write("code/next.py", "def first():\n    return 1\n\n\ndef second():\n    x = 2\n    return x\n")
    assert steps.page(include) == ""
    assert soup(steps).find(id="next-py-7").get_text() == "7    return x\n"
    # Sphinx looks for the end below the first line.
    steps.write("code/next.py", "# ---\na = 1\n# ---\n")
    assert steps.page(INCLUDE + ":start-at: a = 1\n:end-before: ---\n```\n") == ""
    assert steps.page(INCLUDE + ":end-before: ---\n```\n") == ""


def test_a_name_that_is_defined_twice_ends_the_build(steps):
    steps.write("code/next.py", "if x:\n    def f():\n        pass\nelse:\n    @cache\n    def f():\n        pass\n")
    assert "listing: f is defined in several places: line 2, line 5" in steps.page(INCLUDE + ":pyobject: f\n```\n")


@pytest.mark.parametrize("text", ["def main(:\n    pass\n", "a = '\0'\n"])
def test_a_file_that_is_no_python_is_shown_and_its_objects_are_not(steps, text):
    (steps.source / "code/next.py").write_text(text)
    language = INCLUDE.replace(":language: python", ":language: text")
    assert steps.page(language + "```\n") == ""
    warnings = steps.page(language + ":pyobject: main\n```\n")
    assert "index.md:3: WARNING:" in warnings and "next.py" in warnings and warnings.count("WARNING") == 1


@pytest.mark.parametrize("end", ["\f", "\v", "\x85", "\u2028"])
def test_what_ends_a_line_for_some_only_ends_the_build(steps, end):
    (steps.source / "code/next.py").write_text(f"a = 1{end}\nb = 2\n", encoding="utf-8")
    warnings = steps.page(INCLUDE + ":changes-from:\n```\n")
    assert f"index.md:3: WARNING: listing: line 1 has {end!r} in it" in warnings


def test_files_are_compared_in_their_encoding(steps):
    for name, text in {"step": "a = 'ä'\n", "next": "a = 'ä'\nb = 'ö'\n"}.items():
        (steps.source / f"code/{name}.py").write_text(text, encoding="latin-1")
    assert steps.page(INCLUDE + ":encoding: latin-1\n:changes-from:\n```\n\nIn {lines}`'ö'`.") == ""
    assert highlighted(steps) == ["b = 'ö'"]


@pytest.mark.parametrize("options", ["", ":encoding: utf-8\n"])
@pytest.mark.parametrize("marked", ["step", "next"])
def test_a_byte_order_mark_changes_nothing(steps, options, marked):
    for name, text in {"step": "a = 1\n", "next": "a = 1\nb = 2\n"}.items():
        mark = "utf-8-sig" if name == marked else "utf-8"
        (steps.source / f"code/{name}.py").write_text(text, encoding=mark)
    assert steps.page(f"{INCLUDE}{options}:changes-from:\n```\n") == ""
    assert highlighted(steps) == ["b = 2"]


@pytest.mark.parametrize("how", ["highlight", "highlight_language"])
def test_comments_are_those_of_the_language_of_the_page(steps, how):
    steps.write("code/next.py", f"# why\n{STEP}b = 2\n")
    before = "```{highlight} python\n```\n\n" if how == "highlight" else ""
    if not before:
        steps.write("conf.py", (steps.source / "conf.py").read_text() + 'highlight_language = "python"\n')
    assert steps.page(before + INCLUDE.replace(":language: python\n", "") + ":changes-from:\n```\n") == ""
    assert highlighted(steps) == ["b = 2"]


def test_long_listings_have_numbers_where_the_page_says_so(steps):
    threshold = "```{highlight} python\n:linenothreshold: 8\n```\n\n"
    short = INCLUDE.replace("next", "step") + "```\n\n"
    assert steps.page(threshold + INCLUDE + "```\n\n" + short) == ""
    assert len(soup(steps).select(".linenos")) == len(NEXT.splitlines())


def test_a_page_in_restructuredtext_has_the_same_caption(steps):
    steps.write(
        "rest.rst",
        """
        :orphan:

        Title
        =====

        .. literalinclude:: /code/next.py
           :language: python
           :caption: the *main* part

        See :lines:`import sys`.
        """,
    )
    assert steps.page("Words.\n\n" + INCLUDE + ":caption: the *main* part\n```\n\nSee {lines}`import sys`.") == ""
    pages = [BeautifulSoup(steps.html(name), "html.parser") for name in ("rest", "index")]
    rest, index = (page.select_one(".code-block-caption .caption-text") for page in pages)
    assert str(rest) == str(index) and index.get_text() == "next.py, the main part" and index.select_one("a em, em")
    assert rest.select_one("a.download")


def test_a_files_name_is_no_markup(steps):
    (steps.source / "code/a_*b*<d>.py").write_text("a = 1\n")
    assert steps.page("```{literalinclude} /code/a_*b*<d>.py\n:language: python\n```\n") == ""
    assert soup(steps).select_one(".caption-text").get_text() == "a_*b*<d>.py"


def test_an_empty_file_is_shown(steps):
    (steps.source / "code/next.py").write_text("")
    assert steps.page(INCLUDE + "```\n") == ""
    assert not next(steps.doctree().findall(nodes.literal_block))["listing"].numbers
