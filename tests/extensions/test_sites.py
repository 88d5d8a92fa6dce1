"""The table of sites has all whose values are known, and each link fills in just these."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from bs4 import BeautifulSoup
from sphinx.errors import ConfigError

from extensions import sites

NOTHING = 'name = "Nothing"\nsource = "https://example.org/nothing"\ndate = 2026-11-28\n'
HERE = """\
name = "Here & there"
source = "https://example.org/slurm"
date = 2026-11-28
[values]
module = "module load apptainer/1.4"
partition = "small"
"""


@pytest.fixture
def lists(project, root):
    """A project with two sites, of which one fills in nothing."""
    project.write("sites/nothing.toml", NOTHING)
    project.write("sites/here.toml", HERE)
    conf = (project.source / "conf.py").read_text()
    conf = conf.replace('["myst_parser"', '["myst_parser", "extensions.sites", "extensions.your_cluster"')
    script = root / "code/python/your_cluster.py"
    project.write("conf.py", f'{conf}\nyour_cluster_script = "{script}"\nyour_cluster_site = "sites/nothing.toml"\n')
    return project


def test_a_link_fills_in_what_the_row_says(lists):
    assert lists.page("```{sites}\n```") == ""
    (row,) = BeautifulSoup(lists.html(), "html.parser").select("tbody tr")
    assert [cell.get_text() for cell in row.select("td")] == [
        "Here & there",
        "partition: small, line that makes Apptainer available: module load apptainer/1.4",
        "its guide, 2026-11-28",
    ]
    link, guide = (urlsplit(link["href"]) for link in row.select("a"))
    assert guide.geturl() == "https://example.org/slurm"
    assert link.fragment.startswith(sites.LINK[1:])
    found = dict(parse_qsl(link.fragment.removeprefix(sites.LINK[1:])))
    assert found == {"partition": "small", "module": "module load apptainer/1.4"}


def test_the_script_of_the_form_knows_the_link(root):
    assert f'const LINK = "{sites.LINK}";\n' in (root / "static/your_cluster.js").read_text()


def test_a_changed_site_is_read_again(lists):
    assert lists.page("```{sites}\n```") == ""
    assert lists.build() == ("", [])
    lists.write("sites/here.toml", HERE.replace("small", "large"))
    lists.write("sites/new.toml", HERE.replace("Here & there", "Everywhere"))
    lists.build()
    names = [link.get_text() for link in BeautifulSoup(lists.html(), "html.parser").select("tbody td:first-child a")]
    assert names == ["Here & there", "Everywhere"] and "large" in lists.html()


def test_a_site_that_says_what_can_not_be_ends_the_build(lists):
    lists.write("sites/here.toml", HERE.replace("small", "a --wrap=b"))
    with pytest.raises(ConfigError, match="partition can't be 'a --wrap=b'"):
        lists.page("```{sites}\n```")


def test_a_book_has_no_link_that_leads_nowhere(lists):
    lists.write("index.md", "# Title\n\n```{sites}\n```\n")
    lists.build(builder="singlehtml")
    page = (lists.folder / "singlehtml/index.html").read_text()
    assert "Here &amp; there" in page and sites.LINK not in page
