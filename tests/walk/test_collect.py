"""Every block that a learner sees is found, wherever it is nested; what has no kind, or can't be right, is an error."""

from pathlib import Path

import pytest

from walk.collect import collect, is_run
from walk.errors import WalkError
from walk.model import Transcript


def test_every_block_is_of_a_kind(small):
    found = small.collect()
    assert not any(map(found.errors, found.blocks))
    totals = "included file: 1, excerpt: 1, difference: 0, transcript: 6, edit: 1, for show: 1"
    assert found.totals() == totals
    assert [page.name for page in found.pages] == ["index", "bake", "share"]
    last = found.blocks[-1]
    assert (last.location, last.kind, last.summary) == ("share.md:27", "transcript", "$ false (and 1 more)")


def test_a_block_is_named_by_its_first_line(small):
    found = small.collect()
    for block in found.of(Transcript):
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


def test_a_file_that_no_learner_gets(small):
    (small.source / "weigh.sh").write_bytes((small.source / "code/weigh.sh").read_bytes())
    small.change(
        "bake.md", "```{literalinclude} code/weigh.sh\n:language: bash\n```", "```{literalinclude} weigh.sh\n```"
    )
    assert small.errors() == ["bake.md:3: weigh.sh is outside of code/, so no learner gets it"]


def test_a_file_that_nothing_runs(small):
    (small.source / "code/idle.sh").write_text("true\n")
    small.change("bake.md", "# Bake\n", "# Bake\n\n```{literalinclude} code/idle.sh\n```\n")
    assert small.errors() == ["bake.md:3: no transcript and no test runs code/idle.sh"]
    (small.source / "tests").mkdir()
    (small.source / "tests/test_idle.py").write_text("")
    assert small.errors() == []


def test_a_marker_that_is_not_there(small):
    small.change("bake.md", ":end-at: GRAMS=", ":end-at: oven")
    assert "bake.md:47" in small.build()


@pytest.mark.parametrize(
    ("allowed", "error"),
    [
        (0, "bake.md:55: one of 1 blocks for show; walk_for_show allows 0"),
        (2, "bake.md:55: only 1 blocks are for show: lower walk_for_show in conf.py to that"),
    ],
)
def test_blocks_for_show_are_counted(small, allowed, error):
    small.change("conf.py", "walk_for_show = 1", f"walk_for_show = {allowed}")
    assert small.errors() == [error]


def test_needs(small):
    found = small.collect()
    assert found.needed("bake") == ["index", "bake"]
    assert found.needed("share") == ["index", "share"]
    assert found.needed("index") == ["index"]


@pytest.mark.parametrize("name", ["oven", "share"])
def test_what_is_needed_is_a_page_before(small, name):
    small.change("share.md", "needs: index", f"needs: index {name}")
    with pytest.raises(WalkError, match=rf"^share\.md:1: needs {name}, which is no page before it$"):
        small.collect()


def test_a_page_that_was_changed_after_the_build(small):
    small.collect()
    small.change("bake.md", "# Bake\n", "# Bake it\n")
    with pytest.raises(WalkError, match=r"bake\.md was changed after the site was built"):
        collect(small.source, small.doctrees)


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


RUN = [
    "bash a.sh", "./a.sh", "a.sh 1 2", "a=1 b=2 sh ./a.sh", "env/bin/python3.11 a.sh", "sbatch --array=0-3 a.sh",
    "ls b; bash a.sh", "echo $(sh a.sh)", "for k in 1 2; do sh a.sh $k; done", "! timeout 5 bash -e a.sh", ". a.sh",
    "cd b && apptainer exec knn.sif python a.sh | tail", "cat <<_ >b\nsh a.sh", "sh <a.sh", "cat b | sh a.sh",
]  # fmt: skip
NOT_RUN = [
    "", "cat a.sh", "bash a.sh.old", "bash b/a.sh", "echo a.sh", "true _", "cd b && cat a.sh", "chmod +x a.sh",
    "nano a.sh", "sh b.sh && vim a.sh", "time cat a.sh", "test -e a.sh", "for file in a.sh; do cat $file; done",
    "git add a.sh", "a=a.sh", "sh b.sh > c; head -n 3 a.sh", "ls `ls a.sh`", "sh not-a.sh", "tar -cf b.tar a.sh",
    "sudo less a.sh",
]  # fmt: skip


def test_a_file_that_is_only_looked_at_is_not_run():
    assert [command for command in RUN if not is_run("a.sh", [command], Path("nowhere"))] == []
    assert [command for command in NOT_RUN if is_run("a.sh", [command], Path("nowhere"))] == []


@pytest.mark.parametrize(
    "typed", ["sh weigh.sh 2 # code", "true # sh weigh.sh", "echo 'sh weigh.sh'", "cat <<E\nsh weigh.sh\nE"]
)
def test_what_bash_takes_as_it_is_runs_no_file(small, typed):
    small.page(f"```{{literalinclude}} code/weigh.sh\n```\n\n```{{transcript}}\n$ {typed}\n```")
    said = "index.md:3: no transcript and no test runs code/weigh.sh"
    assert (said in small.errors()) == (not typed.endswith("# code"))


@pytest.mark.parametrize(("text", "proves"), [("sh('b/a.sh')", True), ("not-a.sh, a.sh.old, xa.sh", False)])
def test_a_test_that_only_names_another_file_runs_none(tmp_path, text, proves):
    (tmp_path / "test_all.py").write_text(text, encoding="utf-8")
    assert is_run("a.sh", [], tmp_path) is proves


def test_without_a_built_site_there_is_one_line(tmp_path):
    with pytest.raises(WalkError, match="the site is not built"):
        collect(tmp_path, tmp_path / "doctrees")


def test_a_site_that_is_not_built(small):
    with pytest.raises(
        WalkError, match=r"the site is not built: .*environment\.pickle is missing; `make html` makes it"
    ):
        collect(small.source, small.doctrees)


UNREADABLE = {  # a file, and what is in it instead; None: it is gone
    "a page is gone": ("bake.md", None),
    "a listing is gone": ("code/weigh.sh", None),
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
        collect(small.source, small.doctrees)


@pytest.mark.parametrize(("options", "runs"), [("", True), (":slurm: 22.05\n", False)])
def test_what_is_typed_on_one_version_only_proves_no_file(small, options, runs):
    listing = "```{literalinclude} code/weigh.sh\n```"
    small.page(f"{listing}\n\n```{{transcript}}\n{options}$ sh weigh.sh 2\n```")
    said = [line for line in small.errors() if "code/weigh.sh" in line]
    assert said == ([] if runs else ["index.md:3: no transcript and no test runs code/weigh.sh"])


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        (["-23.11", "24.11-"], []),
        (["22.05", "24.11", "26.05-"], []),
        (["24.11-"], ["0 of 1 blocks here are for Slurm 22.05"]),
        (["-24.11", "24.11-"], ["2 of 2 blocks here are for Slurm 24.11"]),
        (
            ["-23.11", "", "24.11-"],
            ["0 of 1 blocks here are for Slurm 24.11", "0 of 1 blocks here are for Slurm 22.05"],
        ),
        (["22.05", "26.05"], ["0 of 2 blocks here are for Slurm 24.11"]),
        (["", ""], []),
    ],
)
def test_of_blocks_for_versions_that_stand_together_one_is_for_each_version(small, versions, said):
    small.change("conf.py", "walk_for_show", 'walk_slurm = ["22.05", "24.11", "26.05"]\nwalk_for_show')
    options = [f":slurm: {version}\n" if version else "" for version in versions]
    assert small.page("\n\n".join(f"```{{transcript}}\n{option}$ ls\n```" for option in options)) == ""
    found = [line for line in small.errors() if "Slurm" in line]
    assert all(any(words in line for line in found) for words in said) and bool(found) == bool(said)
    assert all(line.startswith("index.md:") and line.endswith("; there must be one") for line in found)
