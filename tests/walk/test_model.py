"""The commands of a console block are found as a learner sees them, whatever stands in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.token import Generic

from walk.directives import ConsoleLexer
from walk.model import Block, Command, parse

OUTPUT = st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])).filter(
    lambda line: not line.startswith("$ ")
))  # fmt: skip
TYPED = st.sampled_from(
    [
        ("ls", "ls"),
        ("ls \\\n    -l", "ls _    -l"),
        ("cat > a <<EOF\n$ no command\n\nEOF", "cat > a <<EOF"),
        ("cat <<'END' | sort \\\n -r\nit's EOF\nEND", "cat <<_ | sort _ -r"),
        ("python3 -c '\n$ no command\nsqueue' # why\\", "python3 -c _ _"),
        ('echo "it\'s \\"\n$ a" `ls`', "echo _ `ls`"),
        ("echo don\\'t $'it\\'s'; a=\"$(ls 'a b')\"", "echo don_t _; a=$(ls 'a b')"),
        ("grep EOF a", "grep EOF a"),
        ("", ""),
    ]
)
BLOCKS = st.lists(st.tuples(TYPED, OUTPUT), min_size=1)


def joined(entries):
    return "\n".join(line for (typed, _), output in entries for line in [*f"$ {typed}".split("\n"), *output])


@given(BLOCKS)
def test_what_was_put_together_is_taken_apart(entries):
    number, wanted = 0, []
    for (typed, bare), output in entries:
        wanted.append(Command(number, typed, bare, tuple(output)))
        number += len(typed.split("\n")) + len(output)
    assert parse(joined(entries)) == wanted


@given(BLOCKS)
def test_what_is_coloured_as_a_command_is_what_is_typed(entries):
    tokens = list(ConsoleLexer().get_tokens_unprocessed(joined(entries) + "\n"))
    assert "".join(value for _, _, value in tokens) == joined(entries) + "\n"
    left = "".join(value for _, token, value in tokens if token not in (Generic.Prompt, Generic.Output))
    assert left == "".join(f"{typed}\n" for (typed, _), _ in entries)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the first line is no command: ''"),
        ("output\n$ ls", "the first line is no command: 'output'"),
        ("$ ls \\", "the command ends with a backslash, or in a quotation: 'ls "),
        ("$ echo don't\ndont", 'the command ends with a backslash, or in a quotation: "echo don\'t"'),
        ("$ cat <<EOF\nno end", "the here-document has no end EOF"),
    ],
)
def test_half_a_block_is_refused(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse(text)


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
    (found,) = parse(text)
    assert found.text == typed


def test_a_block_has_a_location_for_a_person():
    assert Block("content/array-jobs", 12, "$ ls").location == "content/array-jobs.md:12"
