"""A transcript knows what it expects; options that mean nothing, or contradict each other, end the build."""

import html
import pickle
import re

import pytest
from docutils import nodes

from walk.collect import collect
from walk.directives import walked_block
from walk.model import Command, Edit, ForShow, Transcript, Versions

TEXT = "$ ls\na\n$ pwd"


@pytest.mark.parametrize(
    ("options", "exits", "expected"),
    [
        ("", (0, 0), {}),
        (":exit: 1", (0, 1), {}),
        (":exit: 2 0\n:limit: 5", (2, 0), {"limit": 5}),
        (":where: machine", (0, 0), {"on_host": True}),
        (":output: shown", (0, 0), {"compared": False}),
        (":slurm: 22.05", (0, 0), {"slurm": Versions("22.05", "22.05")}),
        (":slurm: -23.11", (0, 0), {"slurm": Versions("", "23.11")}),
        ("---\nslurm: 24.11-\n---", (0, 0), {"slurm": Versions("24.11", "")}),
        ("---\nexit: 3\nlimit: 7\n---", (0, 3), {"limit": 7}),
    ],
)
def test_it_knows_what_to_expect(small, options, exits, expected):
    assert small.page("\n".join(["```{transcript}", *options.splitlines(), TEXT, "```"])) == ""
    node = small.node()
    assert isinstance(node, nodes.literal_block) and node["language"] == "console"
    commands = (Command(0, "ls", "ls", ("a",), exits[0]), Command(2, "pwd", "pwd", (), exits[1]))
    options = {"limit": 600, "compared": True, "on_host": False} | expected
    assert node["block"] == Transcript("index", 0, TEXT, commands, **options)
    assert '<span class="gp">$ </span>' in small.html()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("```{transcript}\n:exit: 1 2 3\n\n$ ls\n```", "transcript: exit has 3 codes for 1 commands"),
        ("```{transcript}\n:exit: 300\n\n$ ls\n```", "exit codes are numbers from 0 to 255"),
        ("```{transcript}\n:exit: one\n\n$ ls\n```", "exit"),
        ("```{transcript}\n:exit:\n\n$ ls\n```", "exit codes are numbers from 0 to 255"),
        ("```{transcript}\n:exit: 1\n:exit: 0\n\n$ ls\n```", "transcript: exit is there twice"),
        ("```{edit} a\n:result: b\n:result: c\n\n-a\n+b\n```", "edit: result is there twice"),
        ("```{for-show} python\n:reason: b\n:reason: c\n\na = 1\n```", "for-show: reason is there twice"),
        ("```{transcript}\n---\nexit: 0\nexit: 1\n---\n$ ls\n```", "transcript: exit is there twice"),
        (
            "```{transcript}\n---\nlimit: 5\n'exit': 0\n\"exit\" : 1\n---\n\n$ ls\n```",
            "transcript: exit is there twice",
        ),
        ("```{edit} a\n---\nresult: b\nresult: c\n---\n-a\n+b\n```", "edit: result is there twice"),
        ("```{edit} a\n:result: /tmp/b\n\n-a\n+b\n```", "a file is named from the folder that it lies in"),
        ("```{edit} ../a\n-a\n+b\n```", "a file is named from the folder that it lies in"),
        ("```{edit} a\n+b\n```", "edit: an edit names lines that are there, and changes them"),
        ("```{transcript}\n:limit:\n\n$ ls\n```", "limit"),
        ("```{transcript}\n:output:\n\n$ ls\n```", "output"),
        ("```{transcript}\n:limit: 0\n\n$ ls\n```", "a limit is at least one second"),
        ("```{transcript}\n:output: maybe\n\n$ ls\n```", "maybe"),
        ("```{transcript}\n:where: nowhere\n\n$ ls\n```", "nowhere"),
        ("```{transcript}\n:slurm:\n\n$ ls\n```", "versions of Slurm are written like 22.05, 24.11-, -23.11 or"),
        ("```{transcript}\n:slurm: 24.11+\n\n$ ls\n```", "or 22.05-23.11, not '24.11+'"),
        ("```{transcript}\n:slurm: 24.11-22.05\n\n$ ls\n```", "or 22.05-23.11, not '24.11-22.05'"),
        ("```{transcript}\n:slurm: 24.11-\n:slurm: 22.05\n\n$ ls\n```", "transcript: slurm is there twice"),
        ("```{edit} a\n:slurm: 22.05\n-a\n+b\n```", "slurm"),
        ("```{transcript}\n:colour: red\n\n$ ls\n```", "colour"),
        ("```{transcript}\n$ for k in 1 2; do\n> ls; done\n```", "bash does not run 'for k in 1 2; do' as it stands"),
        ("```{transcript}\n$ ls |\n```", "bash does not run 'ls |' as it stands here"),
        ("```{transcript}\n$ ls &&\nls\n```", "bash does not run 'ls &&' as it stands here"),
        ("```{transcript}\n$ f() {\n```", "bash does not run 'f() {' as it stands here"),
        ("```{transcript}\n$ a=$(cat <<E\nb\nE\n)\n```", r"bash does not run 'a=$(cat <<E\nb\nE' as it stands here"),
        (
            "```{transcript}\n$ echo ${a:-<<E}\nE\n```",
            "bash runs 'echo ${a:-<<E}' before it has read what comes next: 'E'",
        ),
        ("```{transcript}\n$ pwd\na\n$ ls\n\n...\n```", "transcript: below 'ls' stands no output, only ..."),
        ("```{transcript}\nls\n```", "transcript: the first line is no command: 'ls'"),
        ("```{for-show} python\na = 1\n```", "for-show: say why nobody runs it: reason"),
        ("```{for-show}\n:reason: none\n\na = 1\n```", "for-show"),
    ],
)
def test_what_it_cannot_mean_ends_the_build(small, text, complaint):
    warnings = small.page(text)
    assert complaint in warnings and "index.md:" in warnings


def test_a_reader_sees_which_versions_a_block_is_for(small):
    options = (":slurm: 24.11-", ":slurm: 22.05", ":limit: 9")
    assert small.page("\n\n".join(f"```{{transcript}}\n{option}\n{TEXT}\n```" for option in options)) == ""
    assert re.findall(r'<p class="slurm-versions">(.*?)</p>\s*<div class="highlight-console', small.html()) == [
        "On Slurm 24.11 and later:",
        "On Slurm 22.05:",
    ]
    assert [
        block.summary.removeprefix("$ ls (and 1 more)") for block in collect(small.source, small.doctrees).blocks
    ] == [
        " (on Slurm 24.11 and later)",
        " (on Slurm 22.05)",
        "",
    ]


def test_what_is_for_show_says_why(small):
    assert small.page("```{for-show} python\n:reason: an example\n\na = 1\n```") == ""
    assert small.node()["block"] == ForShow("index", 0, "a = 1", "an example")
    assert small.node()["language"] == "python"


def test_an_edit_knows_its_files(small):
    assert small.page("```{edit} b/a.sh\n:result: code/c.sh\n\n-a\n+b\n```") == ""
    assert small.node()["block"] == Edit("index", 0, "-a\n+b", "b/a.sh", "code/c.sh")
    assert small.node()["language"] == "diff"


def test_it_is_a_block_for_every_builder(small):
    """Readers of doctrees take it for the literal block that it is."""
    small.page(f"```{{transcript}}\n{TEXT}\n```\n\n```console\n$ ls\n```")
    doctree = pickle.loads((small.doctrees / "index.doctree").read_bytes())
    assert [type(node) for node in doctree.findall(nodes.literal_block)] == [walked_block, nodes.literal_block]
    first, second = collect(small.source, small.doctrees).blocks
    assert (first.location, first.kind, second.kind) == ("index.md:4", "transcript", "")


@pytest.mark.parametrize("builder", ["text", "latex"])
def test_other_builders_write_it_too(small, builder):
    small.page(f"```{{transcript}}\n{TEXT}\n```")
    written = small.build(builder)
    texts = [path.read_text(encoding="utf-8") for path in small.doctrees.with_name(builder).glob("*.t[ex]*")]
    assert written == "" and any("pwd" in text for text in texts)


def test_what_is_copied_is_what_is_typed(small):
    """The copy button leaves out prompts and outputs with the ends of their lines, by their classes."""
    typed = ["cat >a <<'END-1'", "", "EOF $ no", "", "END-1"]
    small.page("```{transcript}\n$ " + "\n".join(typed) + "\n$ grep EOF a\nEOF $ no\n\n$ true\n```")
    (block,) = re.findall(r"<pre>(.*?)</pre>", small.html(), re.DOTALL)
    copied = re.sub(r'<span class="g[po]">[^<]*</span>', "", block)
    assert html.unescape(re.sub(r"<[^>]*>", "", copied)) == "\n".join([*typed, "grep EOF a", "true", ""])
