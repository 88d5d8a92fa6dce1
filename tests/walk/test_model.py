"""The commands of a console block are found as a reader sees them, whatever stands in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.blocks import Block, Command, commands

OUTPUT = st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])).filter(
    lambda line: not line.startswith("$ ")
))  # fmt: skip
TYPED = st.sampled_from(
    ["ls", "ls \\\n    -l", "cat > a <<EOF\n$ no command\nEOF", "cat <<'END' | sort \\\n -r\nb\nEND", ""]
)


@given(st.lists(st.tuples(TYPED, OUTPUT), min_size=1))
def test_what_was_put_together_is_taken_apart(entries):
    lines = []
    wanted = []
    for typed, output in entries:
        wanted.append(Command(len(lines), typed, tuple(output)))
        lines += [*f"$ {typed}".split("\n"), *output]
    assert commands("\n".join(lines)) == wanted


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the first line is no command: ''"),
        ("output\n$ ls", "the first line is no command: 'output'"),
        ("$ ls \\", "the command ends with a backslash"),
        ("$ cat <<EOF\nno end", "the here-document has no end EOF"),
    ],
)
def test_half_a_block_is_refused(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        commands(text)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("$ cat <<< hello\nhello", "cat <<< hello"),
        ("$ echo $((1 << 3))\n8", "echo $((1 << 3))"),
        ("$ cat <<-'END-OF'\n\ta\n\tEND-OF\na", "cat <<-'END-OF'\n\ta\n\tEND-OF"),
        ("$ cat <<\\EOF\n EOF\nEOF\n EOF", "cat <<\\EOF\n EOF\nEOF"),
    ],
)
def test_where_a_here_document_begins_and_ends(text, typed):
    (found,) = commands(text)
    assert found.text == typed


def test_a_block_has_a_name_for_a_person():
    assert Block("content/array-jobs", 12, "transcript", "$ ls").place == "content/array-jobs.md:12"
