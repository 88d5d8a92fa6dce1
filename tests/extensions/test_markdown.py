"""The Markdown copy of a page has what the page has, and llms.txt lists the copies."""

import re
from urllib.parse import unquote

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
    for name in ("dot.png", "dot-ä.png"):
        (project.source / "content" / name).write_bytes(DOT)
    project.write("code/ä b.py", "print(1 + 1)\n")
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


def part(lesson, markdown, builder="html"):
    """The warnings, and what the copy of a page with this text has behind the page's title."""
    lesson.write("content/sums.md", META.format("How to add.") + "# Sums\n\n" + markdown)
    warnings, _ = lesson.build(builder=builder)
    return warnings, copy(lesson, builder).removeprefix("# Sums\n\n")


NOTE = ":::{note}\nOne.\n:::\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (NOTE, "**Note**\n\nOne.\n"),
        (NOTE.replace("note", "seealso"), "**See also**\n\nOne.\n"),
        (
            f"::::{{exercise}} Two\n:label: two\n\nAdd.\n\n{NOTE.replace('note', 'warning')}::::\n",
            "**Exercise (Two)**\n\nAdd.\n\n**Warning**\n\nOne.\n",
        ),
        ("````text\n```\na\n```\n````\n\nb\n", "````text\n```\na\n```\n````\n\nb\n"),
        ("- a\n\n  `````text\n  ````\n  `````\n", "- a\n  `````text\n  ````\n  `````\n"),
        ("An {abbr}`HPC (high performance computer)`.\n", "An HPC (high performance computer).\n"),
        (":::{sidebar} Aside\nWords.\n:::\n", "**Aside**\n\nWords.\n"),
        (":::{hlist}\n- one\n- two\n:::\n", "* one\n* two\n"),
        (
            ":::{figure} dot.png\n:alt: A dot.\n\nThe caption.\n\nThe legend.\n:::\n",
            "![A dot.](../_images/dot.png)\n\nThe caption.\n\nThe legend.\n",
        ),
        ("{download}`it <https://a.example/b>`\n", "[`it`](https://a.example/b)\n"),
    ],
)
def test_what_markdown_lacks_keeps_its_words(lesson, text, wanted):
    assert part(lesson, text) == ("", wanted)


def test_what_the_translator_does_not_know_is_said_and_keeps_its_words(lesson):
    warnings, found = part(lesson, "```{centered} Words\n```\n")
    assert "sums.md:8: WARNING: markdown: the copy of this page shows only the words of a <centered>" in warnings
    assert "Words" in found


def test_a_download_that_is_missing_is_said(lesson):
    warnings, found = part(lesson, "{download}`it <gone.txt>`\n")
    assert "sums.md:8: WARNING: download file not readable" in warnings and warnings.count("WARNING") == 1
    assert found == "`it`\n"


def test_a_solution_without_words_stays_one(lesson):
    text = ":::{exercise} Two\n:label: two\n\nAdd.\n:::\n\n:::{solution} two\n:::\n"
    assert part(lesson, text) == ("", "**Exercise (Two)**\n\nAdd.\n\n**Solution to Exercise 1 (Two)**\n")


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
@pytest.mark.parametrize("name", ["content/more", "content/über uns", "index"])
def test_all_links_of_a_copy_lead_somewhere(lesson, builder, name):
    if name != "index":
        lesson.write(f"{name}.md", META.format("More.").replace("---\n", "---\norphan: true\n", 1) + "# More\n")
    text = f"[a](</{name}.md>), [b](#own), {{download}}`c </code/ä b.py>`\n\n```{{image}} dot-ä.png\n```\n\n## Own\n"
    assert part(lesson, text, builder)[0] == ""
    folder = lesson.folder / builder / "content"
    links = re.findall(r"\]\(([^)]*)\)", copy(lesson, builder).replace("HASH", hash_of(lesson, builder)))
    assert len(links) == 4 and not [link for link in links if re.search(r"[^!-~]", link)]
    assert [link for link in links if link != "#own" and not (folder / unquote(link)).exists()] == []


def hash_of(lesson, builder):
    """The name of the folder that the download is in."""
    [path] = (lesson.folder / builder / "_downloads").iterdir()
    return path.name


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_llms_txt_lists_all_pages(lesson, builder):
    lesson.write("content/über uns.md", META.format("Us.") + "# Us\n\n```{toctree}\nbelow\n```\n")
    lesson.write("content/below.md", META.format("Below.") + "# Below\n")
    toctree = "```{toctree}\n\ncontent/sums\ncontent/über uns\n```\n"
    lesson.write("index.md", META.format("All about sums.") + "# Start\n" + toctree)
    lesson.build(builder=builder)
    assert (lesson.folder / builder / "llms.txt").read_text().partition("\n\n## ")[2] == (
        "Pages\n\n- [Sums](https://lesson.example/content/sums.md): How to add.\n"
        "- [Us](https://lesson.example/content/%C3%BCber%20uns.md): Us.\n"
        "- [Below](https://lesson.example/content/below.md): Below.\n"
    )
