"""Every built page is whole: its links lead somewhere, it describes itself, its pictures have words and room."""

import xml.etree.ElementTree as ET
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from PIL import Image

from extensions import sites

LONGEST_DESCRIPTION = 160  # characters; search engines cut off what is longer


def broken_links(site, name: str) -> list[str]:
    """The links and sources of page `name` that lead to no file, or to no such place in a page, of the site."""
    base = f"{site.home}{name}.html"
    broken = []
    for tag in site.soup(name).find_all(True):
        for attribute in ("href", "src"):
            link = tag.get(attribute)
            if link is None or (tag.name == "use" and link.startswith("#")):
                continue
            url, fragment = urldefrag(urljoin(base, link))
            if not url.startswith(site.home):
                # Another host's: `make linkcheck` asks it. A path of this host's outside the site leads nowhere.
                if urljoin(url, "/") == urljoin(site.home, "/"):
                    broken.append(link)
                continue
            path = unquote(url.removeprefix(site.home).partition("?")[0]) or "index.html"
            if not (site.folder / path).is_file():
                broken.append(link)
            elif fragment and path.endswith(".html") and not link.startswith(sites.LINK):
                places = site.ids(path.removesuffix(".html"))[unquote(fragment)]
                if places != 1:
                    broken.append(f"{link} ({places} such places)")
    return broken


def meta(site, name: str) -> dict[str, str]:
    """The meta tags of page `name`: name or property to content."""
    tags = site.soup(name).find_all("meta", content=True)
    return {tag.get("name") or tag.get("property"): tag["content"] for tag in tags}


def test_links_lead_somewhere(site, any_page_name):
    assert broken_links(site, any_page_name) == []


def test_no_place_is_there_twice(site, any_page_name):
    assert [one for one, times in site.ids(any_page_name).items() if times > 1] == []


def test_pictures_have_words(site, any_page_name):
    # Furo's logo stands beside the project's name, which says all there is to say.
    silent = [tag["src"] for tag in site.soup(any_page_name).find_all("img") if not tag.get("alt", "").strip()]
    assert silent == []


def shape(path) -> float:
    """The width of a picture by its height."""
    if path.suffix == ".svg":
        _, _, width, height = map(float, ET.parse(path).getroot().attrib["viewBox"].split())
    else:
        with Image.open(path) as picture:
            width, height = picture.size
    return width / height


def test_pictures_have_their_room(site, any_page_name):
    """Before a picture is there, the browser knows its shape, so that nothing moves when it comes."""
    pictures = site.soup(any_page_name).find_all("img")
    assert pictures
    for tag in pictures:
        url = urljoin(f"{site.home}{any_page_name}.html", tag["src"])
        assert tag.get("width") and tag.get("height"), f"{tag['src']}: no width or no height"
        wanted = pytest.approx(shape(site.folder / unquote(url.removeprefix(site.home))), rel=0.01)
        assert int(tag["width"]) / int(tag["height"]) == wanted, tag["src"]


def test_page_describes_itself(site, page_name):
    tags = meta(site, page_name)
    assert tags["og:description"] == tags["description"]
    assert len(tags["description"]) <= LONGEST_DESCRIPTION
    title = site.soup(page_name).title.text
    assert title.startswith(tags["og:title"]) or page_name == "index"
    assert tags["og:title"]
    assert tags["og:url"] == f"{site.home}{page_name}.html"
    assert tags["og:type"] == "website"
    assert tags["og:site_name"]


def test_no_two_pages_have_the_same_description(site, page_names):
    pages = {}
    for name in page_names:
        pages.setdefault(meta(site, name)["description"], []).append(name)
    assert [names for names in pages.values() if len(names) > 1] == []


def test_page_has_a_link_to_its_source(site, root, page_name):
    links = [tag["href"] for tag in site.soup(page_name).find_all("a", rel="edit")]
    assert len(links) == 1
    path = links[0].partition("/edit/main/")[2]
    assert path == f"{page_name}.md"
    assert (root / path).is_file()


def test_page_is_finished(site, page_name):
    assert "TODO" not in site.soup(page_name).text


def test_site_has_these_pages_and_no_others(site, page_names, generated_page_names):
    built = {path.relative_to(site.folder).with_suffix("").as_posix() for path in site.folder.rglob("*.html")}
    assert built == {*page_names, *generated_page_names}
    assert sorted(site.sitemap) == sorted(f"{site.home}{name}.html" for name in page_names)


def test_page_not_found_works_at_any_depth(site):
    tags = site.soup("404").find_all(["a", "link", "script", "img"])
    links = [link for tag in tags if (link := tag.get("href") or tag.get("src"))]
    assert links
    assert [link for link in links if not link.startswith((site.prefix, "#", "http"))] == []
