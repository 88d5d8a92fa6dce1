"""Only a site of pages with addresses of their own has a sitemap, and says to others where a page is."""

import pytest

CONF = """
extensions = ["myst_parser", "extensions.description", "extensions.sitemap"]
html_baseurl = "https://example.org/"
project, version, copyright = "Site", "1", "nobody"
"""
PAGE = "---\nmyst:\n  html_meta:\n    description: A page.\n---\n# Title\n"


@pytest.mark.parametrize(
    ("builder", "pages"),
    [("html", "index.html"), ("dirhtml", "index.html"), ("singlehtml", None), ("epub", None), ("text", None)],
)
def test_who_has_addresses(project, builder, pages):
    project.write("conf.py", CONF)
    project.write("index.md", PAGE)
    assert project.build(builder=builder)[0] == ""
    folder = project.folder / builder
    assert (folder / "sitemap.xml").exists() == bool(pages)
    assert any("og:url" in path.read_text(encoding="utf-8") for path in folder.rglob("index.*html")) == bool(pages)
