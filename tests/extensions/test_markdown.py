"""The Markdown copy of a page has what the page has, and llms.txt lists the copies."""

import pytest
from bs4 import BeautifulSoup

# sphinx-exercise 1.2.1 uses what Sphinx 11 will not have.
pytestmark = pytest.mark.filterwarnings("ignore::sphinx.deprecation.RemovedInSphinx11Warning")

CONF = """
project = "A lesson"
extensions = ["myst_parser", "sphinx_exercise", "extensions.lines", "extensions.listing", "extensions.markdown"]
extensions += ["extensions.description", "extensions.exercises", "extensions.leftovers"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 2
html_baseurl = "https://lesson.example/"
listing_root = "code"
"""
META = "---\nmyst:\n  html_meta:\n    description: {}\n---\n"
PAGE = (
    META.format("How to add.")
    + """\
# Sums

:::{admonition} Key points
One *and* one.
:::

```{literalinclude} /code/sum.py
:language: python
:caption: it adds
```

It adds in {lines}`1 + 1`. See {download}`sum.py </code/sum.py>`, and [more](#more-sums).

:::{exercise} Two
:label: two

Add two.
:::

:::{solution} two

    four
:::

<form hidden>not for reading</form>

## More sums

```{image} dot.png
:alt: A dot.
```
"""
)
COPY = """\
# Sums

**Key points**

One *and* one.

[`sum.py`](../_downloads/HASH/sum.py), it adds

```python
print(1 + 1)
```

It adds in line 1. See [`sum.py`](../_downloads/HASH/sum.py), and [more](#more-sums).

**Exercise (Two)**

Add two.

**Solution to Exercise 1 (Two)**

```none
four
```

## More sums

![A dot.](../_images/dot.png)
"""
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


@pytest.fixture
def lesson(project):
    """A project with a page in a folder, which the first page lists."""
    project.write("conf.py", CONF)
    project.write("code/sum.py", "print(1 + 1)\n")
    (project.source / "content").mkdir()
    (project.source / "content/dot.png").write_bytes(DOT)
    project.write("content/sums.md", PAGE)
    toctree = "```{toctree}\n:caption: Pages\n\ncontent/sums\n```\n"
    project.write("index.md", META.format("All about sums.") + "# Start\n" + toctree)
    return project


def copy(lesson, builder="html"):
    """The copy of the page, without what Sphinx computes from its files."""
    text = (lesson.folder / builder / "content/sums.md").read_text()
    hashes = {part.split("/")[0] for part in text.split("_downloads/")[1:]}
    for found in hashes:
        text = text.replace(found, "HASH")
    return text


@pytest.mark.parametrize("parallel", [1, 2])
def test_the_copy_has_what_the_page_has(lesson, parallel):
    for name in "abcdef":  # fewer pages are not written by several processes
        lesson.write(f"{name}.md", META.format("Nothing.").replace("---\n", "---\norphan: true\n", 1) + "# Other\n")
    assert lesson.build(parallel=parallel)[0] == ""
    assert copy(lesson) == COPY
    link = BeautifulSoup(lesson.html("content/sums"), "html.parser").select_one("link[type='text/markdown']")
    assert link["href"] == "sums.md"
    assert not (lesson.folder / "html/search.md").exists()


def test_it_changes_with_the_page(lesson):
    lesson.build()
    lesson.write("content/sums.md", PAGE.replace("One *and* one.", "Two."))
    lesson.build()
    assert copy(lesson) == COPY.replace("One *and* one.", "Two.")


def test_it_goes_with_the_page(lesson):
    lesson.build()
    (lesson.source / "content/sums.md").rename(lesson.source / "sums.md")
    lesson.write("index.md", META.format("All about sums.") + "# Start\n")
    lesson.build()
    assert not (lesson.folder / "html/content/sums.md").exists()


def test_llms_txt_lists_the_copies(lesson):
    lesson.build()
    assert (lesson.folder / "html/llms.txt").read_text() == (
        "# A lesson\n\n> All about sums.\n\n## Pages\n\n- [Sums](https://lesson.example/content/sums.md): How to add.\n"
    )


def test_other_builders_write_none(lesson):
    lesson.build(builder="text")
    assert not (lesson.folder / "text/llms.txt").exists()
    assert not list((lesson.folder / "text").rglob("*.md"))
