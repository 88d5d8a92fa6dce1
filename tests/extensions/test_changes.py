"""The lit lines are those that somebody would have to type or change, whatever the two texts are."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.changes import closed, compare, counted, kept, without_comments

# Few different lines, so that they come up again; brackets, comments and indentation among them.
LINES = st.sampled_from(["a = 1", "b()", "    b()", ")", "", "# why", "#SBATCH --time=1", "c = [", "c = 2  # why", "é"])
TEXTS = st.lists(LINES, max_size=12).map(lambda lines: "".join(f"{line}\n" for line in lines))
WORDS = st.lists(st.sampled_from("abcd"), max_size=9)


def longest(old, new):
    """The length of the longest common subsequence, computed in another way."""

    @cache
    def of(i, j):
        if not i or not j:
            return 0
        return of(i - 1, j - 1) + 1 if old[i - 1] == new[j - 1] else max(of(i - 1, j), of(i, j - 1))

    return of(len(old), len(new))


def is_subsequence(lines, of):
    rest = iter(of)
    return all(line in rest for line in lines)


@given(WORDS, WORDS)
def test_as_many_lines_stay_as_can(old, new):
    pairs = kept(old, new)
    assert len(pairs) == longest(old, new)
    assert all(old[i] == new[j] for i, j in pairs)
    assert pairs == sorted(set(pairs))
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)


@given(TEXTS, TEXTS)
def test_exactly_what_must_be_typed_is_lit(old, new):
    changes = compare(old, new, "python")
    before, after = dict(counted(old, "python")), dict(counted(new, "python"))
    # Never out of range, never a line that does not count.
    assert changes.lit <= after.keys() <= set(range(1, len(new.splitlines()) + 1))
    # What is not lit was there before, in this order.
    assert is_subsequence([line for number, line in after.items() if number not in changes.lit], before.values())
    # Nothing more is lit: a longer part of the old text would not be found in the new one, but for closing brackets.
    typed = len(after) - longest(tuple(before.values()), tuple(after.values()))
    brackets = sum(1 for number in changes.lit if not any(map(str.isalnum, after[number])))
    assert len(changes.lit) - brackets <= typed <= len(changes.lit)


@given(TEXTS, TEXTS)
def test_what_is_gone_was_there_and_stood_where_it_says(old, new):
    changes = compare(old, new, "python")
    before = [line.strip() for line in old.split("\n")]
    for after, lines in changes.removed:
        assert 0 <= after <= len(new.splitlines())
        assert lines and all(line in before for line in lines)
    places = [after for after, _ in changes.removed]
    assert places == sorted(set(places))


@given(TEXTS)
def test_nothing_changed_in_the_same_text(text):
    assert not compare(text, text, "python")


@given(TEXTS, TEXTS)
def test_equal_code_has_no_changes_and_other_code_has(old, new):
    def code(text):
        return [line for _, line in counted(text, "python")]

    assert bool(compare(old, new, "python")) == (code(old) != code(new))


@given(TEXTS, TEXTS)
def test_everything_is_new_against_nothing(old, new):
    assert compare("", new, "python").lit == {number for number, _ in counted(new, "python")}
    assert compare(old, "", "python").lit == set()


@pytest.mark.parametrize(
    ("old", "new", "lit"),
    [
        ("a\nb\n", "a\nc\n", {2}),
        ("a\n", "    a\n", set()),
        ("a\n", "# why\na\n", set()),
        ("a\n", "a  # why\n", set()),
        ("a\nb\n", "a\n\nb\n", set()),
        ("a = '# no comment'\n", "a = '# another'\n", {1}),
        ("#SBATCH --time=1\n", "#SBATCH --time=2\n", {1}),
        ("##SBATCH --time=1\n", "##SBATCH --time=2\n", set()),
        ("#!/bin/sh\n", "#!/bin/bash\n", {1}),
        ("f(\n    1,\n)\n", "g(\n    2,\n)\nh(\n    3,\n)\n", {1, 2, 3, 4, 5, 6}),
        ("f(\n    1,\n)\n", "f(\n    1,\n    2,\n)\n", {3}),
        # Which of two equal lines stays: the one whose neighbour stays too.
        ("for\nbody\n", "for\nelse\nfor\nbody\n", {1, 2}),
        ("a\r\nb\r\n", "a\nb\n", set()),
    ],
)
def test_what_counts(old, new, lit):
    for language in ("slurm", "bash") if "SBATCH" in old else ("python",):
        assert compare(old, new, language).lit == lit


def test_removed_lines_are_those_that_nothing_replaces():
    assert compare("a\nb\nc\nd\n", "a\nd\n", "python").removed == ((1, ("b", "c")),)
    assert compare("a\nb\nc\n", "a\nx\nc\n", "python").removed == ()
    assert compare("a\nb\n", "b\n", "python").removed == ((0, ("a",)),)


def test_only_what_is_shown_is_left():
    changes = compare("a\nb\nc\nd\n", "x\na\nd\ny\n", "python")
    assert changes.lit == {1, 4} and changes.removed == ((2, ("b", "c")),)
    part = changes.within([3, 4])
    assert part.lit == {4} and part.removed == ()


def test_comments_go_and_lines_stay():
    text = '"""doc  # no\n# no"""\na = "#"  # yes\n# yes\n'
    assert without_comments(text, "python").splitlines() == ['"""doc  # no', '# no"""', 'a = "#"  ', ""]


def test_a_bracket_between_new_lines_without_a_gap_is_new():
    assert closed({1, 3}, {1: "f(", 2: ")", 3: "g("}) == {1, 2, 3}
    assert closed({1, 4}, {1: "f(", 2: ")", 4: "g("}) == {1, 4}
    assert closed({1}, {1: "f(", 2: ")", 3: "g("}) == {1}
