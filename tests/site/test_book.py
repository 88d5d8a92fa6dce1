"""The book, which is printed to PDF, and the ePub have all pages, with the solutions at the end, and need no more."""

import posixpath
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from urllib.parse import unquote, urljoin

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.addnodes import toctree
from sphinx_exercise.nodes import solution_node


@pytest.fixture(scope="module")
def made(site, root, tmp_path_factory):
    """made(builder) is the folder of what that builder makes of what was read for the site."""
    done = {}
    # A build writes there, and other workers read what the site's build wrote.
    doctrees = shutil.copytree(site.folder.parent / "doctrees", tmp_path_factory.mktemp("read") / "doctrees")

    def build(builder):
        if builder not in done:
            done[builder] = folder = tmp_path_factory.mktemp(builder)
            command = [sys.executable, "-m", "sphinx", "-W", "-n", "-q", "-b", builder]
            command += ["-D", "book_edition=2000-01-01", "-d", doctrees, root, folder]
            result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
            assert result.returncode == 0, result.stderr
        return done[builder]

    return build


@pytest.fixture(scope="module")
def book(made):
    """The one page that is printed."""
    return BeautifulSoup((made("singlehtml") / "index.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def epub(made):
    """The pages of the ePub: path to what is in it. No reading program opens one that is no XML."""
    with zipfile.ZipFile(made("epub") / "notebook-to-cluster.epub") as file:
        texts = {name: file.read(name).decode() for name in file.namelist() if name.endswith((".xhtml", ".opf"))}
    for name, text in texts.items():
        try:
            ET.fromstring(text)
        except ET.ParseError as error:
            pytest.fail(f"{name} is no XML: {error}")
    # Told that it is XML, Beautiful Soup would warn of its own parser.
    return {name: BeautifulSoup(re.sub(r"^<\?xml.*?\?>", "", text), "html.parser") for name, text in texts.items()}


@pytest.fixture(scope="module")
def exercises(doctree):
    """The labels of the exercises that have a solution, in the order of the pages."""
    pages = [page for tree in doctree("index").findall(toctree) for page in tree["includefiles"]]
    return [node["target_label"] for page in pages for node in doctree(page).findall(solution_node)]


def test_every_page_is_in_the_book(book, doctree, page_names):
    titles = {tag.text.strip("#¶ \n") for tag in book.select("article :is(h1, h2)")}
    for name in page_names:
        assert len(book.find_all(id=f"document-{name}")) == 1, name
        title = next(doctree(name).findall(nodes.title)).astext()
        assert any(title in one for one in titles), f"{name} has no heading"


def test_the_contents_name_every_page_and_leave_room_for_its_number(book, page_names):
    contents = book.select_one(".contents-of-book")
    links = Counter(link["href"] for link in contents.select("a"))
    assert set(links.values()) == {2}
    assert {f"#document-{name}" for name in page_names if name != "index"} < set(links)
    assert {link["href"] for link in contents.select("a.page-number") if not link.text} == set(links)


def test_every_page_is_in_the_epub(epub, page_names):
    spine = {tag["idref"] for tag in epub["content.opf"].find_all("itemref")}
    files = {tag["href"] for tag in epub["content.opf"].find_all("item") if tag["id"] in spine}
    named = {tag["href"].partition("#")[0] for tag in epub["nav.xhtml"].select("nav a")}
    wanted = {f"{name}.xhtml" for name in [*page_names, "solutions"]}
    assert wanted <= files and wanted <= named


def test_solutions_of_the_book_are_at_the_end(book, exercises):
    last = book.select("article > section")[-1]
    assert last["id"] == "solutions"
    check_solutions(last, exercises, book.select(".see-page"))
    assert len(book.select("section.solution")) == len(exercises)


def test_solutions_of_the_epub_are_at_the_end(epub, exercises):
    order = [tag["idref"] for tag in epub["content.opf"].find_all("itemref")]
    [solutions] = [tag["id"] for tag in epub["content.opf"].find_all("item") if tag["href"] == "solutions.xhtml"]
    assert [name for name in order if name != "nav"][-1] == solutions
    links = [link for page in epub.values() for link in page.select(".see-page")]
    check_solutions(epub["solutions.xhtml"], exercises, links)
    assert not [name for name, page in epub.items() if page.select(".solution") and name != "solutions.xhtml"]


def check_solutions(section, exercises, links):
    """Assert that each exercise has its solution, and that each leads to the other."""
    solutions = section.select("section.solution")
    backs = [solution.select(".see-page a")[-2]["href"].partition("#")[2] for solution in solutions]
    assert len(exercises) > 15
    assert len(backs) == len(exercises)
    assert all(back.endswith(label) for back, label in zip(backs, exercises, strict=True))
    leading = {one.a["href"].partition("#")[2] for one in links if not one.find_parent(class_="solution")}
    assert leading == {solution["id"] for solution in solutions}


def test_nothing_needs_a_script_or_another_host(book, epub):
    for name, page in {"book": book, **epub}.items():
        assert page.select("script, form, button, dialog, input, iframe, .place") == [], name
        asked = [tag.get("src") or tag.get("href") for tag in page.select("img, link")]
        assert [address for address in asked if ":" in address] == [], name


def test_the_book_has_no_dead_link(book):
    ids = Counter(tag["id"] for tag in book.find_all(id=True))
    assert [one for one, times in ids.items() if times > 1] == []
    links = {link["href"] for link in book.select("a[href]")}
    assert len(links) > 300
    assert [link for link in links if not link.startswith("https://") and link.removeprefix("#") not in ids] == []


def test_the_epub_has_no_dead_link(epub):
    ids = {name: Counter(tag["id"] for tag in page.find_all(id=True)) for name, page in epub.items()}
    seen = 0
    for name, page in epub.items():
        assert [one for one, times in ids[name].items() if times > 1] == [], name
        for link in page.select("a[href]"):
            if link["href"].startswith(("https://", "http://")):
                continue
            path, _, place = unquote(urljoin(name, link["href"])).partition("#")
            seen += 1
            assert posixpath.normpath(path) in ids, f"{name}: {link}"
            assert not place or place in ids[path], f"{name}: {link}"
    assert seen > 300


def test_what_a_reader_downloads_is_on_the_site(book, site):
    links = {link["href"] for link in book.select("a.download")}
    assert len(links) > 20
    assert all(link.startswith(site.home) and (site.folder / link.removeprefix(site.home)).is_file() for link in links)


def test_both_say_which_edition_they_are(book, epub):
    assert "Edition of 2000-01-01." in book.select_one(".title-page").text
    assert "Edition of 2000-01-01." in epub["index.xhtml"].text
