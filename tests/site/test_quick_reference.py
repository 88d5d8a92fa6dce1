"""The quick reference names what is taught, leads to where it is taught, and fits on the two sides of a sheet."""

import re

import pytest
from docutils import nodes
from sphinx.addnodes import pending_xref

PAGE = "content/quick-reference"
SIDES = 2
# What a reader fills in.
PLACEHOLDERS = {"ARGUMENTS", "COMMAND", "DIR", "FILE", "ID", "INSIDE", "KIND", "LOG", "N", "NAME", "OPTIONS", "PROJECT"}
PLACEHOLDERS |= {"PARTITION", "SCRIPT", "HH", "MM", "SS"}


def entries(tree):
    """The links of the first column: (page, heading, code, line)."""
    for row in tree.findall(nodes.row):
        for link in row.children[0].findall(pending_xref):
            for code in link.findall(nodes.literal):
                yield link["reftarget"], link.get("reftargetid"), code.astext(), row.line


def words(code):
    """What a line of code says besides placeholders: options, commands, names, values."""
    found = re.findall(r"[\w%#./!-]+", code)
    return [word for word in found if not set(re.split(r"[_./]", word)) & PLACEHOLDERS]


def missing(section, code):
    """The words of a line of code that a section does not have."""
    return [word for word in words(code) if word not in section]


def test_each_entry_is_taught_where_it_leads(doctree):
    wrong, seen = [], 0
    for page, heading, code, line in entries(doctree(PAGE)):
        tree = doctree(page)
        sections = [one for one in tree.findall(nodes.section) if heading in {one.get("slug"), *one["ids"]}]
        assert len(sections) == 1, f"{PAGE}.md:{line}: {page}.md has {len(sections)} headings #{heading}"
        lost = missing(sections[0].astext(), code)
        seen += 1
        if lost:
            wrong.append(f"{PAGE}.md:{line}: {page}.md#{heading} says nothing of {', '.join(lost)} in {code}")
    assert seen > 80
    assert not wrong, "\n".join(wrong)


def test_it_has_every_option_of_the_batch_scripts(doctree, root):
    scripts = [path.read_text(encoding="utf-8") for path in (root / "code").rglob("*.sh")]
    used = {option for text in scripts for option in re.findall(r"^#SBATCH (--[\w-]+)", text, re.M)}
    assert len(used) > 5
    have = " ".join(code for _, _, code, _ in entries(doctree(PAGE)))
    assert not [f"{PAGE}.md: no {option}" for option in sorted(used) if not re.search(rf"{option}\b", have)]


@pytest.mark.parametrize(
    ("code", "lost"),
    [
        ("sbatch SCRIPT", []),
        ("ID=$(sbatch --parsable SCRIPT)", []),
        ("sbatch --parsible", ["--parsible"]),
        ('scancel "ID_[6-7]"', ["scancel"]),
    ],
)
def test_what_is_missing(code, lost):
    assert [word for word in missing("type sbatch --parsable for 6-7", code) if word != "6-7"] == lost


@pytest.mark.engine
def test_it_fits_on_two_sides(visit, address):
    printed = visit(f"{address}{PAGE}.html").pdf(format="A4")
    sides = len(re.findall(rb"/Type\s*/Page\b(?!s)", printed))
    assert 1 <= sides <= SIDES, f"{PAGE}.md needs {sides} sides of A4"
