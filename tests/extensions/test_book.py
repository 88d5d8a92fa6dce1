"""The first page offers the files of the book if they are there, and says nothing of them if not."""

import pytest
from bs4 import BeautifulSoup

CONF = 'extensions = ["myst_parser", "extensions.book"]\nproject, version, copyright = "Site", "1", "nobody"\n'
WORDS = "The lesson is also one file"


@pytest.fixture
def site(project):
    """site(conf, builder) is what the page with the offer says."""

    def build(conf="", builder="html"):
        project.write("conf.py", CONF + conf)
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


def test_the_book_offers_nothing(site, project):
    project.write("made/lesson.pdf", "x")
    site('html_extra_path = ["made"]\n', "epub")
    assert WORDS not in (project.folder / "epub/index.xhtml").read_text(encoding="utf-8")
