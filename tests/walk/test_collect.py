"""Every block that a reader sees is found, wherever it is nested; what has no kind, or can't be right, is an error."""

from pathlib import Path

import pytest

from walk import inventory
from walk.errors import WalkError


def test_every_block_is_of_a_kind(small):
    found = small.collect()
    assert found.errors == []
    assert found.totals() == {
        "included file": 1, "excerpt": 1, "difference": 0, "transcript": 6, "edit": 1, "for show": 1,
    }  # fmt: skip
    assert [page.name for page in found.pages] == ["index", "bake", "share"]
    lines = [line.split() for line in inventory.table(found).splitlines()]
    assert ["share.md:27", "transcript", "$", "false", "(and", "1", "more)"] in lines
    assert ["10", "blocks", "on", "3", "pages"] in lines


def test_a_block_is_named_by_its_first_line(small):
    found = small.collect()
    for block in found.of(inventory.TRANSCRIPT):
        lines = (small.source / f"{block.page}.md").read_text(encoding="utf-8").splitlines()
        assert lines[block.line - 1].strip() == block.text.split("\n")[0]


NESTED = "````{admonition} More\n:::{hint}\n%s\n:::\n````"
BARE = {
    "fence": "```\nls\n```",
    "fence with a language": "```python\n1\n```",
    "tildes": "~~~python\n1\n~~~",
    "indented": "text\n\n    indented code",
    "code-block": "```{code-block} console\n$ ls\n```",
    "code": "```{code} python\n1\n```",
    "doctest": "```{eval-rst}\n>>> 1 + 1\n2\n```",
    "rst": "```{eval-rst}\n::\n\n    ls\n```",
    "parsed-literal": "```{parsed-literal}\nls\n```",
    "nested": NESTED % "```python\n1\n```",
    "html": "<pre>ls</pre>",
}


@pytest.mark.parametrize("text", BARE.values(), ids=BARE)
def test_a_block_of_no_kind_is_an_error(small, text):
    small.change("index.md", "# A loaf of bread\n", f"# A loaf of bread\n\n{text}\n")
    [error] = small.errors()
    assert error.endswith("a block of no kind: make it a transcript, an included file, or for show")
    line = int(error.split(":")[1])
    assert error.startswith("index.md:") and 3 <= line <= 6


def test_a_language_that_nobody_knows(small):
    small.change("bake.md", "```{for-show} text", "```{for-show} breadscript")
    assert small.errors() == ["bake.md:55: nobody knows the language 'breadscript'"]


def test_a_file_that_no_reader_gets(small):
    (small.source / "weigh.sh").write_bytes((small.source / "code/weigh.sh").read_bytes())
    small.change(
        "bake.md", "```{literalinclude} code/weigh.sh\n:language: bash\n```", "```{literalinclude} weigh.sh\n```"
    )
    assert small.errors() == ["bake.md:3: weigh.sh is outside of code/, so no reader gets it"]


def test_a_file_that_nothing_runs(small):
    (small.source / "code/idle.sh").write_text("true\n")
    small.change("bake.md", "# Bake\n", "# Bake\n\n```{literalinclude} code/idle.sh\n```\n")
    assert small.errors() == ["bake.md:3: no transcript and no test runs code/idle.sh"]
    (small.source / "tests").mkdir()
    (small.source / "tests/test_idle.py").write_text("")
    assert inventory.read(small.source, small.source / "_build/doctrees").errors == []


@pytest.mark.parametrize(("old", "new"), [("GRAMS=", "GRAMS"), (":end-at: GRAMS=", ":end-at: oven")])
def test_a_marker_that_is_there_twice_or_not_at_all(small, old, new):
    path = small.source / "bake.md"
    head, _, tail = path.read_text(encoding="utf-8").rpartition(":start-at: GRAMS=")
    path.write_text(head + (":start-at: GRAMS=" + tail).replace(old, new), encoding="utf-8")
    small.collect()
    assert "bake.md:47" in small.warnings


@pytest.mark.parametrize(
    ("allowed", "error"),
    [
        (0, "bake.md:55: one of 1 blocks for show; walk_for_show allows 0"),
        (2, "conf.py: only 1 blocks are for show: lower walk_for_show to that"),
    ],
)
def test_blocks_for_show_are_counted(small, allowed, error):
    small.change("conf.py", "walk_for_show = 1", f"walk_for_show = {allowed}")
    assert small.errors() == [error]


def test_needs(small):
    found = small.collect()
    assert found.needed("bake") == ["index", "bake"]
    assert found.needed("share") == ["index", "share"]
    with pytest.raises(WalkError, match="there is no page oven: choose one of index, bake, share"):
        found.needed("oven")
    small.change("share.md", "needs: index", "needs: oven")
    assert small.errors() == ["share.md:1: needs oven, which is no page before it"]


def test_a_page_that_was_changed_after_the_build(small):
    small.collect()
    small.change("bake.md", "# Bake\n", "# Bake it\n")
    with pytest.raises(WalkError, match=r"bake\.md was changed after the site was built"):
        inventory.read(small.source, small.source / "_build/doctrees")


def test_two_blocks_at_one_place(small):
    (small.source / "part.txt").write_text("```{transcript}\n$ echo one\none\n```\n")
    small.change(
        "index.md",
        "# A loaf of bread\n",
        "# A loaf of bread\n\n```{include} part.txt\n```\n\n```{include} part.txt\n```\n",
    )
    errors = small.errors()
    assert any("the page does not have these lines" in error for error in errors), errors
    assert any("2 blocks begin here" in error for error in errors), errors


def test_a_file_that_is_only_looked_at_is_not_run():
    assert inventory.is_run("a.sh", ["bash a.sh"], Path("nowhere"))
    assert not inventory.is_run("a.sh", ["cat a.sh", "bash a.sh.old", "bash b/a.sh"], Path("nowhere"))


def test_without_a_built_site_there_is_one_line(tmp_path):
    with pytest.raises(WalkError, match="the site is not built"):
        inventory.read(tmp_path, tmp_path / "doctrees")


def test_a_site_that_is_not_built(small):
    with pytest.raises(
        WalkError, match=r"the site is not built: .*environment\.pickle is missing; `make html` makes it"
    ):
        inventory.read(small.source, small.source / "_build/doctrees")


UNREADABLE = {  # a file, and what is in it instead; None: it is gone
    "a page is gone": ("bake.md", None),
    "a doctree is gone": ("_build/doctrees/bake.doctree", None),
    "a doctree is cut off": ("_build/doctrees/bake.doctree", b"\x80\x04"),
    "an empty environment": ("_build/doctrees/environment.pickle", b""),
    "of another Sphinx": ("_build/doctrees/environment.pickle", b"csphinx.gone\nA\n."),
}


@pytest.mark.parametrize(("file", "content"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_site_that_cannot_be_read_is_one_line(small, file, content):
    small.collect()
    (small.source / file).unlink()
    if content is not None:
        (small.source / file).write_bytes(content)
    with pytest.raises(WalkError, match=r"^the site is not built.*; `make html` makes it$"):
        inventory.read(small.source, small.source / "_build/doctrees")
