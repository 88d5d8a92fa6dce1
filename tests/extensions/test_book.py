"""The first page offers the files of the book, if they are there; the book has each page once."""

import os
from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

# What it reads Markdown with uses what Sphinx 11 will not have.
pytestmark = pytest.mark.filterwarnings("ignore::sphinx.deprecation.RemovedInSphinx11Warning")

CONF = 'extensions = ["myst_parser", "extensions.book"]\nproject, version, copyright = "Site", "1", "nobody"\n'
WORDS = "The lesson is also one file"


@pytest.fixture
def site(project):
    """site(conf, builder) is what the page with the offer says."""

    def build(conf="", builder="html"):
        project.write("conf.py", CONF + conf)
        if not (project.source / "index.md").exists():
            project.write("index.md", f"# Title\n\n```{{book}}\n{WORDS}\n```\n")
        assert project.build(builder=builder)[0] == ""
        return BeautifulSoup(project.html() if builder == "html" else "", "html.parser")

    return build


def test_without_a_book_nothing_is_said(site):
    assert WORDS not in site().text


def test_the_files_are_offered(site, project):
    project.write("made/lesson.pdf", "x" * 1_230_000)
    project.write("made/lesson.epub", "x" * 400_000)
    page = site('html_extra_path = ["made"]\n')
    assert f"{WORDS}: PDF (1.2 MB), ePub (0.4 MB)." in page.text
    links = [link["href"] for link in page.select(".body a.reference")]
    assert links == ["lesson.pdf", "lesson.epub"]
    assert all((project.folder / "html" / link).is_file() for link in links)


@pytest.mark.parametrize("words", ["", "Two files:\n\n- one\n"])
def test_words_that_the_links_cannot_follow_are_said(project, words):
    project.write("conf.py", CONF + 'html_extra_path = ["made"]\n')
    project.write("made/lesson.pdf", "x")
    warnings = project.page(f"```{{book}}\n{words}\n```\n")
    assert "index.md:3: ERROR: book: end the words with a paragraph, which the links follow" in warnings
    assert "lesson.pdf" not in project.html()


def test_a_book_that_is_made_anew_has_its_new_size(site, project):
    conf = 'html_extra_path = ["made"]\n'
    site()
    project.write("made/lesson.pdf", "x" * 1_200_000)
    assert "PDF (1.2 MB)." in site(conf).text
    assert "PDF (1.2 MB)." in site(conf).text
    written = (project.folder / "html/index.html").stat().st_mtime
    book = project.write("made/lesson.pdf", "x" * 2_300_000)
    os.utime(book, (written + 1, written + 1))
    assert "PDF (2.3 MB)." in site(conf).text


def test_the_book_offers_nothing(site, project):
    project.write("made/lesson.pdf", "x")
    site('html_extra_path = ["made"]\n', "epub")
    assert WORDS not in (project.folder / "epub/index.xhtml").read_text(encoding="utf-8")


ONE_PAGE = f"""
extensions = ["myst_parser", "extensions.book", "extensions.one_page", "extensions.solutions"]
templates_path = [{str(Path(__file__).parents[2] / "templates")!r}]
html_static_path = []
myst_heading_anchors = 2
"""


@pytest.fixture
def book(project):
    """book(pages, *tables) gives the warnings and the one page of a book with these tables of contents."""

    def build(pages, *tables):
        project.write("conf.py", ONE_PAGE)
        for name, text in pages.items():
            project.write(f"{name}.md", text)
        project.write("index.md", "# Title\n\n" + "".join(f"```{{toctree}}\n{table}\n```\n\n" for table in tables))
        warnings, _ = project.build(builder="singlehtml")
        text = (project.folder / "singlehtml/index.html").read_text(encoding="utf-8")
        return warnings, BeautifulSoup(text, "html.parser")

    return build


def dead_links(page):
    """The links of a page that lead nowhere or to more than one place of it, and the ids that are there twice."""
    ids = Counter(tag["id"] for tag in page.find_all(id=True))
    links = [link["href"] for link in page.select("a[href^='#']")]
    return [one for one in links if ids[one[1:]] != 1] + [one for one, times in ids.items() if times > 1]


@pytest.mark.parametrize("captions", [("Begin", "Begin"), ("Начало", "Конец"), ("One", "1")])
@pytest.mark.parametrize("names", [("введение", "кластер"), ("job", "job-again"), ("a-b", "a/b"), ("a b", "a/b")])
def test_all_places_of_a_book_have_names_of_their_own(book, names, captions):
    one, other = names
    link = "[there](<{}.md#{}>)"
    pages = {
        one: f"# {one}\n\n## Run\n\n## Again run\n\n{link.format('/' + other, 'run')}\n",
        other: f"# {other}\n\n## Run\n\n## Again run\n\n{link.format('/' + one, 'again-run')}\n",
    }
    tables = [f":caption: {caption}\n\n{name}" for caption, name in zip(captions, names, strict=True)]
    warnings, page = book(pages, *tables)
    assert warnings == "" and dead_links(page) == []
    assert [tag.text.strip("¶") for tag in page.select(".part > h1")] == list(captions)
    there = [page.find(id=link["href"][1:]) for link in page.select("article a.reference") if link.text == "there"]
    assert [place.find_parent("section").find("h2").text.strip("¶") for place in there] == [other, one]
    assert [place.find("h3").text.strip("¶") for place in there] == ["Run", "Again run"]


def test_a_page_with_pages_of_its_own_is_said(book):
    below = "# {}\n\nWords of {}.\n"
    own = "# One\n\n```{toctree}\nbelow\nother\n```\n"
    pages = {"one": own, "below": below.format("Below", "below"), "other": below.format("Other", "other")}
    warnings, page = book(pages, ":caption: Begin\n\none\nother")
    assert "one.md:3: WARNING: book: below is in no table of contents of index" in warnings
    assert warnings.count("WARNING") == 1 and dead_links(page) == []
    assert page.text.count("Words of below.") == page.text.count("Words of other.") == 1


def test_a_page_in_two_tables_of_contents_is_said(book):
    warnings, page = book({"one": "# One\n", "two": "# Two\n"}, ":caption: A\n\none\ntwo", ":caption: B\n\none")
    assert "index.md:10: WARNING: book: one is in a table of contents above, too" in warnings
    assert warnings.count("WARNING") == 1 and dead_links(page) == []


def test_a_table_of_contents_without_a_caption_is_said(book):
    warnings, page = book({"one": "# One\n"}, "one")
    assert "index.md:3: WARNING: book: this table of contents has no caption" in warnings
    assert warnings.count("WARNING") == 1 and dead_links(page) == []
