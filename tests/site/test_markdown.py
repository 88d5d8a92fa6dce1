"""The Markdown copy of each page has every block and every heading of the page, and llms.txt lists all copies."""

import re

from docutils import nodes
from sphinx.addnodes import toctree


def test_the_copy_has_every_block_and_heading(site, doctree, page_name):
    copy = (site.folder / f"{page_name}.md").read_text(encoding="utf-8")
    tree = doctree(page_name)
    lines = {line.strip() for line in copy.splitlines()}
    blocks = [block.astext() for block in tree.findall(nodes.literal_block)]
    assert [block for block in blocks if {line.strip() for line in block.splitlines()} - lines] == []
    headings = [title.astext() for title in tree.findall(nodes.title) if isinstance(title.parent, nodes.section)]
    found = [line.lstrip("# ") for line in copy.splitlines() if re.match("#+ ", line)]
    missing = [one for one in headings if re.sub(r"\W", "", one) not in {re.sub(r"\W", "", line) for line in found}]
    assert missing == []
    assert "<form" not in copy
    assert "]()" not in copy  # a link that leads nowhere


def test_llms_txt_lists_every_page(site, doctree):
    text = (site.folder / "llms.txt").read_text(encoding="utf-8")
    listed = [page for tree in doctree("index").findall(toctree) for page in tree["includefiles"]]
    assert re.findall(r"\]\(\S+/(content/\S+)\.md\): \S", text) == listed
    assert all((site.folder / f"{page}.md").is_file() for page in listed)
