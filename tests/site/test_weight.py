"""What a reader's browser loads on a first visit, in bytes and in requests: no page weighs more than promised."""

import gzip
from urllib.parse import unquote, urljoin

import pytest

MOST = 45  # KB of 1000 bytes, as a server sends them
PROMISED = {"content/array-jobs": 40}  # the page that the promise was made for
MOST_WITH_PICTURES = 60
MOST_REQUESTS = 6  # and one more for each picture after the first
TEXT = (".html", ".css", ".js", ".svg")
# Its scripts and its index are the search itself: what all other pages need not load.
LOADS_AN_INDEX = "search"


def loaded(site, name: str) -> dict[str, int]:
    """The files that page `name` has a browser load, each with its bytes, those of text compressed."""
    soup = site.soup(name)
    links = [tag["href"] for tag in soup.select("link[rel~=stylesheet], link[rel~=icon], link[rel~=prefetch]")]
    links += [tag["src"] for tag in soup.select("script[src], img[src]")]
    base = f"{site.home}{name}.html"
    urls = {base, *(urljoin(base, link).partition("?")[0] for link in links)}
    files = [unquote(url.removeprefix(site.home)) for url in urls]
    return {file: weight(site.folder / file) for file in sorted(files)}


def weight(path) -> int:
    """The bytes of a file as they are sent."""
    content = path.read_bytes()
    return len(gzip.compress(content)) if path.suffix in TEXT else len(content)


def pictures(files) -> list[str]:
    """Those of some files that are pictures of the page."""
    return [file for file in files if file.startswith("_images/")]


@pytest.fixture
def files(site, any_page_name):
    """What a page loads."""
    return loaded(site, any_page_name)


def test_no_page_weighs_more_than_promised(files, any_page_name):
    if any_page_name == LOADS_AN_INDEX:
        files = {file: size for file, size in files.items() if file.endswith((".html", ".css"))}
    most = 1000 * (MOST_WITH_PICTURES if pictures(files) else PROMISED.get(any_page_name, MOST))
    heavy = ", ".join(f"{file} {size / 1000:.1f}" for file, size in sorted(files.items(), key=lambda one: -one[1]))
    assert sum(files.values()) <= most, f"{any_page_name}: {sum(files.values()) / 1000:.1f} KB: {heavy}"


def test_no_page_asks_for_more_than_promised(files, any_page_name):
    if any_page_name == LOADS_AN_INDEX:
        return
    most = MOST_REQUESTS + max(len(pictures(files)) - 1, 0)
    assert len(files) <= most, f"{any_page_name}: {', '.join(files)}"


def test_a_page_asks_for_one_style_sheet_and_one_deferred_script(site, page_name):
    """What fills in a reader's cluster must run before the rest is seen, so it is a script of its own."""
    soup = site.soup(page_name)
    assert len(soup.select("link[rel=stylesheet]")) == 1
    scripts = [script for script in soup.select("script[src]") if not script.has_attr("data-preset")]
    assert len(scripts) == 1 and scripts[0].has_attr("defer")


def test_photographs_and_plots_are_in_a_modern_format(site, any_page_name):
    kinds = {file.rpartition(".")[2] for file in pictures(loaded(site, any_page_name))}
    assert kinds <= {"svg", "webp"}
