"""What a walk got is written into the pages where they show something else, and only there."""

import pytest

from walk.errors import WalkError
from walk.update import update


def outputs(small):
    small.walk()
    return update(small.site, small.outcomes)


def texts(small):
    return {path.name: path.read_text(encoding="utf-8") for path in small.source.glob("*.md")}


def test_a_true_page_stays_as_it_is(small):
    before = texts(small)
    assert outputs(small) == []
    assert texts(small) == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("bake.md", "800 grams of flour", "nothing"),
        ("bake.md", "800 grams of flour\n", ""),
        ("bake.md", "  2000 grams of flour\n", "  one\n\n  two\n"),
        ("bake.md", "  ls: cannot access 'no-oven': No such file or directory\n", ""),
        ("share.md", "1\n...\n9\n$ pwd", "0\n...\n8\n$ pwd"),
    ],
)
def test_a_wrong_output_is_written_anew_and_then_stays(small, file, old, new):
    right = texts(small)
    small.change(file, old, new)
    assert len(outputs(small)) == 1
    assert texts(small) == right
    assert outputs(small) == []
    assert texts(small) == right


JOBS = "$ echo Submitted batch job 40\nSubmitted batch job 12\n$ echo done\ndone\n"


def test_other_ids_are_written_only_together_with_something_else(small):
    small.change("share.md", "```{transcript}\n$ mkdir", f"```{{transcript}}\n{JOBS}$ mkdir")
    before = texts(small)
    assert outputs(small) == []
    assert texts(small) == before
    small.change("bake.md", "800 grams of flour", "nothing")
    assert len(outputs(small)) == 2
    assert "Submitted batch job 40\nSubmitted batch job 40\n$ echo done\ndone\n" in texts(small)["share.md"]
    assert outputs(small) == []


@pytest.mark.parametrize("line", ["$ rm -rf kitchen", "...", "```"])
def test_an_output_that_a_page_cannot_show_is_not_written(small, line):
    small.change("bake.md", "800 grams of flour", "nothing")
    small.change("share.md", "$ seq 1 9\n1", f"$ echo '{line}'; seq 1 9\n0")
    before = texts(small)
    with pytest.raises(WalkError, match=r"share\.md:8: the output has a line that means something else there"):
        outputs(small)
    assert texts(small) == before


def test_where_a_command_ends_otherwise_nothing_is_written(small):
    small.change("bake.md", "800 grams of flour", "nothing")
    small.change("bake.md", "$ sh weigh.sh 2", "$ sh weigh.sh 2; false")
    before = texts(small)
    assert outputs(small) == []
    assert texts(small) == before


def test_what_is_only_shown_stays(small):
    before = texts(small)
    assert "2026" in before["share.md"]
    outputs(small)
    assert texts(small) == before


def test_a_page_that_was_changed_meanwhile_is_not_touched(small):
    small.change("bake.md", "800 grams", "900 grams")
    small.walk()
    small.change("bake.md", "# Bake\n", "# Bake\n\nMore words.\n")
    before = texts(small)
    with pytest.raises(WalkError, match=r"bake\.md:8: the page has changed since it was built"):
        update(small.site, small.outcomes)
    assert texts(small) == before
