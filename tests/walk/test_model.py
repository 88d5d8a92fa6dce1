"""The commands of a console block are found as a learner sees them, whatever stands in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.token import Generic

from walk.directives import ConsoleLexer
from walk.model import Block, Command, Versions, parse

OUTPUT = st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])).filter(
    lambda line: not line.startswith("$ ")
))  # fmt: skip
TYPED = st.sampled_from(
    [
        ("ls", "ls"),
        ("ls \\\n    -l", "ls _    -l"),
        ("cat > a <<EOF\n$ no command\n\nEOF", "cat > a <<EOF"),
        ("grep '<<END' a # <<END", "grep _ a _"),
        ("echo $((1 << k)) ${a[1<<k]}", "echo $((1 << k)) ${a[1<<k]}"),
        ("(( k = 1 << j )) && cat <<A - <<-B\na\nA\n\tB", "(( k = 1 << j )) && cat <<A - <<-B"),
        ('a="$(grep "don\'t" b)"', 'a=$(grep "don\'t" b)'),
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
        ('$ echo "' + "$(" * 40, "the command ends with a backslash, or in a quotation"),
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


RELEASES = st.builds(lambda year, month: f"{year:02}.{month:02}", st.integers(0, 99), st.integers(1, 12))


@given(RELEASES, RELEASES, RELEASES)
def test_versions_are_what_they_say(one, other, here):
    first, last = sorted((one, other))
    assert (here in Versions.read(one)) == (here == one)
    assert (here in Versions.read(f"{one}-")) == (here >= one)
    assert (here in Versions.read(f" -{one} ")) == (here <= one)
    assert (here in Versions.read(f"{first}-{last}")) == (first <= here <= last)
    for text in (one, f"{one}-", f"-{one}", f"{first}-{last}"):
        assert "" not in Versions.read(text)
        assert str(Versions.read(text)).startswith("Slurm ")
    assert str(Versions.read(f"{one}-{one}")) == str(Versions.read(one)) == f"Slurm {one}"


@given(st.one_of(st.text("0123456789.- x", max_size=14), st.text()))
def test_versions_are_read_or_refused_in_one_line(text):
    try:
        found = Versions.read(text)
    except ValueError as error:
        assert len(str(error).splitlines()) == 1 and repr(text) in str(error)
    else:
        assert text.strip() in (found.first, f"{found.first}-{found.last}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("22.05", "Slurm 22.05"),
        ("24.11-", "Slurm 24.11 and later"),
        ("-23.11", "Slurm 23.11 and earlier"),
        ("22.05-23.11", "Slurm 22.05 to 23.11"),
    ],
)
def test_versions_in_words(text, words):
    assert str(Versions.read(text)) == words


@pytest.mark.parametrize(
    "text", ["", "-", "22", "22.5", "22.13", "22.00", "22.05.8", "24.11-22.05", "22.05--", "\u0662\u0662.\u0660\u0665"]
)
def test_what_is_no_version_is_refused(text):
    with pytest.raises(ValueError, match="versions of Slurm are written like"):
        Versions.read(text)
