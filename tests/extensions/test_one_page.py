"""Where all pages are one, each id is there once, and links lead to what they mean."""

import pytest
from bs4 import BeautifulSoup

# What it reads Markdown with uses what Sphinx 11 will not have.
pytestmark = pytest.mark.filterwarnings("ignore::sphinx.deprecation.RemovedInSphinx11Warning")

CONF = """
extensions = ["myst_parser", "extensions.lines", "extensions.listing", "extensions.one_page"]
myst_heading_anchors = 2
listing_root = "code"
numfig = True
"""
PAGE = """# {title}

```{{literalinclude}} /code/box.py
:language: python
```

## Run it

See {{lines}}`print`, [here](#run-it), [there]({other}.md), and [there, too]({other}.md#run-it).
"""


@pytest.fixture
def page(project):
    """The one page that two pages are, which have headings and a listing of the same names."""
    project.write("conf.py", CONF)
    project.write("code/box.py", 'import os\n\nprint("box")\n')
    project.write("other.md", PAGE.format(title="Other", other="index"))
    project.write("index.md", PAGE.format(title="Title", other="other") + "\n```{toctree}\nother\n```\n")
    assert project.build(builder="singlehtml")[0] == ""
    return BeautifulSoup((project.folder / "singlehtml/index.html").read_text(encoding="utf-8"), "html.parser")


def test_each_id_is_there_once(page):
    ids = [tag["id"] for tag in page.select(".body [id]")]
    assert len(ids) == len(set(ids))
    assert {"index--run-it", "other--run-it", "index--box-py-3", "other--box-py-3"} <= set(ids)


def test_links_lead_to_what_they_mean(page):
    links = [link["href"] for link in page.select(".body a.reference[href^='#']")]
    own = [[f"#{name}--box-py-3", f"#{name}--run-it", f"#document-{there}", f"#{there}--run-it"]
           for name, there in (("index", "other"), ("other", "index"))]  # fmt: skip
    assert links == own[0] + own[1]
    assert [link for link in links if not page.find(id=link[1:])] == []


def test_listings_keep_their_numbers(page):
    assert [tag.text.strip() for tag in page.select(".caption-number")] == ["Listing 1", "Listing 2"]
