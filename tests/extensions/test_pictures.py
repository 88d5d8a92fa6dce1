"""The browser knows from the page how large a picture is, and a picture becomes no link."""

import pytest
from bs4 import BeautifulSoup
from PIL import Image

CONF = 'extensions = ["myst_parser", "extensions.pictures"]\n'
WIDE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100" width="300" height="100"/>'


@pytest.fixture
def site(project):
    """A project with a picture of 40 by 30 pixels and a drawing of 300 by 100."""
    project.write("conf.py", CONF)
    Image.new("L", (40, 30)).save(project.write("a.png", ""))
    project.write("b.svg", WIDE)
    return project


def sizes(project):
    """The width and the height of each picture, as the page says them."""
    pictures = BeautifulSoup(project.html(), "html.parser").select("article img, .body img")
    assert not any(picture.find_parent("a") for picture in pictures)
    return [(picture.get("width"), picture.get("height")) for picture in pictures]


def test_each_picture_has_its_size(site):
    assert site.page("```{image} a.png\n```\n\n![B](b.svg) and ![A](a.png)\n\n```{figure} b.svg\nB.\n```\n") == ""
    assert sizes(site) == [("40", "30"), ("300", "100"), ("40", "30"), ("300", "100")]


def test_a_page_in_a_folder(site):
    site.write("deep/page.md", "---\norphan: true\n---\n\n# Deep\n\n![A](../a.png)\n")
    assert site.page("Text.") == ""
    assert 'height="30"' in site.html("deep/page")


@pytest.mark.parametrize(
    ("option", "size"),
    [
        ("scale: 50", ("20", "15")),
        ("width: 80", ("80", None)),
        ("width: 80px", ("80", None)),
        ("height: 60", (None, "60")),
    ],
)
def test_what_the_page_says_is_kept(site, option, size):
    assert site.page(f"```{{image}} a.png\n:{option}\n:class: no-scaled-link\n```\n") == ""
    assert sizes(site) == [size]


def test_another_picture_has_another_size(site):
    assert site.page("![A](a.png)\n") == ""
    Image.new("L", (50, 20)).save(site.source / "a.png")
    assert site.build() == ("", ["index"])
    assert sizes(site) == [("50", "20")]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("c.png", "not a picture", "c.png is no picture that can be read"),
        ("c.svg", WIDE.replace(' width="300" height="100"', ""), "c.svg has no size: give its <svg> a width and"),
        ("c.svg", WIDE.replace('"300"', '"100%"'), "c.svg has no size: give its <svg> a width and a height in pixels"),
        (
            "c.svg",
            WIDE.replace(' height="100"', ""),
            "c.svg has no size: give its <svg> a width and a height in pixels",
        ),
    ],
)
@pytest.mark.parametrize("option", ["", ":scale: 50\n"])
def test_what_has_no_size_is_one_line(site, option, name, text, said):
    site.write(name, text)
    warnings = site.page(f"```{{image}} {name}\n{option}```\n")
    assert f"index.md:3: WARNING: pictures: {said}" in warnings
    assert warnings.strip().count("\n") == 0
    assert site.page(f"```{{image}} {name}\n:width: 80\n```\n") == ""


@pytest.mark.parametrize("picture", ["gone.png", "gone.*"])
def test_what_is_not_there_is_named_once(site, picture):
    assert site.page(f"```{{image}} {picture}\n```\n").count("WARNING") == 1


def test_a_picture_of_another_host_is_not_looked_at(site):
    assert site.page("![A](https://example.org/a.png)\n") == ""
