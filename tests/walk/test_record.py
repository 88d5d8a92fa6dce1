"""What a walk got is written into the pages where they show something else, and only there."""

import pytest

from walk import record


def outputs(small):
    small.walk()
    return record.write(small.source, small.outcomes)


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
    with pytest.raises(ValueError, match=r"bake\.md:8: the page has changed since it was built"):
        record.write(small.source, small.outcomes)
    assert texts(small) == before
