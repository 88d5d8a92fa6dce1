"""The index of the search has all that a page shows, each piece under the heading that it stands under."""

import json

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document
from hypothesis import given
from hypothesis import strategies as st
from sphinx.errors import ExtensionError

from extensions.search import INDEX, places

CONF = """
extensions = ["myst_parser", "sphinx_togglebutton", "extensions.search"]
myst_enable_extensions = ["deflist"]
"""
PAGE = """\
# Arrays

A *short* text,
in two lines.

## Options

| option | meaning |
|---|---|
| `--array` | which tasks |

````{toggle}
```bash
sbatch --dependency=afterok:1

echo "<b>"
```
````

### Deep

![A dot.](picture.png)

```{glossary}
task
  One part of a job.
```
"""
PLACES = [
    ["arrays", "Arrays", "A short text, in two lines.", ""],
    ["options", "Options", "option | meaning\n--array | which tasks", 'sbatch --dependency=afterok:1\necho "<b>"'],
    ["deep", "Deep", "A dot.", ""],
    ["term-task", "task", "One part of a job.", ""],
]
OTHER = "---\norphan: true\n---\n# Other\n\nWords.\n"


def index(project, builder="html"):
    """What is in the index: the address of each page, and its places."""
    text = (project.folder / builder / INDEX).read_text(encoding="utf-8")
    return json.loads(text.removeprefix("const SEARCH_INDEX = ").removesuffix(";\n"))


@pytest.fixture
def lesson(project):
    """A project whose first page lists another one."""
    project.write("conf.py", CONF)
    project.write("picture.png", "")
    project.write("index.md", "# Start\n\n```{toctree}\nlater/arrays\nbefore\n```\n")
    project.write("later/arrays.md", PAGE.replace("picture.png", "/picture.png"))
    project.write("before.md", "# Before\n")
    return project


@pytest.mark.parametrize("parallel", [1, 2])
def test_each_page_is_there_in_the_order_of_the_lesson(lesson, parallel):
    for name in "abcdef":  # fewer pages are not written by several processes
        lesson.write(f"{name}.md", OTHER)
    assert lesson.build(parallel=parallel)[0] == ""
    assert index(lesson) == [
        ["index.html", [["start", "Start", "", ""]]],
        ["later/arrays.html", PLACES],
        ["before.html", [["before", "Before", "", ""]]],
        *[[f"{name}.html", [["other", "Other", "Words.", ""]]] for name in "abcdef"],
    ]


def test_it_follows_the_pages(lesson):
    """What did not change is not read again; an edited page is there anew, one that is gone is not."""
    lesson.build()
    lesson.write("before.md", "# After\n")
    assert lesson.build() == ("", ["before"])
    assert index(lesson)[1:] == [["later/arrays.html", PLACES], ["before.html", [["after", "After", "", ""]]]]
    (lesson.source / "before.md").unlink()
    lesson.write("index.md", "# Start\n\n```{toctree}\nlater/arrays\n```\n")
    lesson.build()
    assert [page for page, _ in index(lesson)] == ["index.html", "later/arrays.html"]


def test_what_stands_above_the_first_heading_is_under_it(lesson):
    text = "Above.\n\n```bash\ntrue\n```\n\n(label)=\n# Before\n\nBelow.\n\n## Deep\n\nDeep down.\n\n# Second\n"
    lesson.write("before.md", text)
    lesson.build()
    [_, _, (_, found)] = index(lesson)
    assert [place[1:] for place in found] == [
        ["Before", "Above.\nBelow.", "true"],
        ["Deep", "Deep down.", ""],
        ["Second", "", ""],
    ]


def test_addresses_are_the_builders(lesson):
    assert lesson.build(builder="dirhtml")[0] == ""
    assert [page for page, _ in index(lesson, "dirhtml")] == ["", "later/arrays/", "before/"]


def test_it_takes_the_place_of_sphinx_s_own(lesson):
    """A page for it is there, without a source; what it loads, says its template."""
    lesson.build()
    assert not (lesson.folder / "html/searchindex.js").exists()
    assert (lesson.folder / "html/search.html").exists()
    scripts = [tag["src"] for tag in BeautifulSoup(lesson.html("before"), "html.parser").select("script[src]")]
    assert any("documentation_options" in script for script in scripts)  # the copy button reads it
    assert not any(name in script for name in ("doctools", "highlight") for script in scripts)


def test_a_page_that_it_has_not_seen_ends_the_build(lesson):
    lesson.build()
    (lesson.folder / "doctrees/before.search.json").unlink()
    lesson.write("index.md", "# Start\n\n```{toctree}\nlater/arrays\nbefore\n```\n\nText.\n")
    with pytest.raises(ExtensionError, match="search: before was built without this extension: build all pages anew"):
        lesson.build()


def test_other_builders_are_left_alone(lesson):
    assert lesson.build(builder="text")[0] == ""
    assert not (lesson.folder / "text/_static").exists()


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)  # which docutils leaves out
TEXTS = st.builds(lambda words: nodes.paragraph("", "", nodes.Text(words), nodes.strong("", words)), WORDS)
CODE = st.builds(lambda words: nodes.literal_block("", words), WORDS)
ROWS = st.builds(lambda cells: nodes.row("", *[nodes.entry("", cell) for cell in cells]), st.lists(TEXTS))
BLOCKS = st.recursive(
    TEXTS | CODE | ROWS,
    lambda inner: st.builds(lambda children: nodes.container("", *children), st.lists(inner, max_size=3)),
    max_leaves=5,
)


def section(ids, heading, blocks, sections):
    """Return a section with these blocks in it, and then these sections."""
    return nodes.section("", nodes.title("", heading), *blocks, *sections, ids=[str(ids)])


SECTIONS = st.recursive(
    st.builds(section, st.integers(0), WORDS, st.lists(BLOCKS, max_size=3), st.just([])),
    lambda inner: st.builds(section, st.integers(0), WORDS, st.lists(BLOCKS, max_size=3), st.lists(inner, max_size=3)),
    max_leaves=4,
)


@given(SECTIONS)
def test_nothing_is_lost_and_nothing_is_there_twice(top):
    """Whatever stands in a page: each word is in its section once, and no line is empty."""
    document = new_document("page")
    document += top
    found = list(places(document))
    sections = list(document.findall(nodes.section))
    assert [place[0] for place in found] == [one["ids"][0] for one in sections]
    for (_, heading, text, code), one in zip(found, sections, strict=True):
        own = [leaf for leaf in one.findall(nodes.Text) if next(up for up in parents(leaf) if up in sections) is one]
        of_code = [leaf for leaf in own if isinstance(leaf.parent, nodes.literal_block)]
        of_text = [leaf for leaf in own if not isinstance(leaf.parent, nodes.literal_block | nodes.title)]
        assert heading.split() == one[0].astext().split()
        assert letters(code) == letters("".join(of_code))
        assert letters(text) == letters("".join(of_text))
        assert all(line.strip() for kind in (text, code) if kind for line in kind.split("\n"))


def letters(text):
    """Return a text without blanks, and without what stands between two cells."""
    return "".join(text.replace("|", "").split())


def parents(node):
    """Give what a node is in, from the inside."""
    while node := node.parent:
        yield node
