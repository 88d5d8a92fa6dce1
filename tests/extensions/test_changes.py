"""The highlighted lines are those that somebody would have to type or change, whatever the two texts are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.listing.changes import Removed, compare, counted, with_brackets, without_comments

# Few different lines, so that they come up again; brackets, comments and indentation among them.
LINES = st.sampled_from(["a = 1", "b()", "    b()", ")", "", "# why", "#SBATCH --time=1", "c = [", "c = 2  # why", "é"])
TEXTS = st.lists(LINES, max_size=12).map(lambda lines: "".join(f"{line}\n" for line in lines))


def is_subsequence(lines, of):
    rest = iter(of)
    return all(line in rest for line in lines)


@given(TEXTS, TEXTS)
def test_the_old_text_and_what_is_highlighted_make_the_new_one(old, new):
    changes = compare(old, new, "python")
    before, after = dict(counted(old, "python")), dict(counted(new, "python"))
    # Never out of range, never a line that does not count.
    assert changes.highlighted <= after.keys() <= set(range(1, len(new.splitlines()) + 1))
    assert is_subsequence(
        [line for number, line in after.items() if number not in changes.highlighted], before.values()
    )


@given(st.lists(st.sampled_from("abcdef"), unique=True), st.lists(st.integers(0, 6), max_size=4))
def test_nothing_more_is_highlighted(old, places):
    new = [*old]
    for place in places:
        new.insert(place, "typed")
    changes = compare("\n".join(old), "\n".join(new), "python")
    assert changes.highlighted == {number for number, line in enumerate(new, 1) if line == "typed"}
    assert changes.removed == ()


@given(TEXTS, TEXTS)
def test_what_is_gone_was_there_and_stood_where_it_says(old, new):
    changes = compare(old, new, "python")
    before = [line.strip() for line in old.split("\n")]
    for one in changes.removed:
        assert 0 <= one.after <= len(new.splitlines()) and 0 <= one.before <= len(new.splitlines())
        assert one.lines and all(line in before for line in one.lines)
    places = [one.after for one in changes.removed]
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
    assert compare("", new, "python").highlighted == {number for number, _ in counted(new, "python")}
    assert compare(old, "", "python").highlighted == set()


@pytest.mark.parametrize(
    ("old", "new", "highlighted"),
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
def test_what_counts(old, new, highlighted):
    for language in ("slurm", "bash") if "SBATCH" in old else ("python",):
        assert compare(old, new, language).highlighted == highlighted


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("c", "#include <mpi.h>"),
        ("c", '#include "mine.h"'),
        ("c", "#define N 4"),
        ("c", "#ifdef _OPENMP"),
        ("cpp", "#pragma omp parallel for"),
        ("fortran", "!$omp parallel do"),
        ("fortran", "!$acc loop"),
        ("fortran", "#include <mpif.h>"),
    ],
)
def test_what_a_preprocessor_or_a_compiler_reads_counts(language, line):
    assert compare("a\n", f"a\n{line}\n", language).highlighted == {2}
    comment = "// why" if language != "fortran" else "! why"
    assert compare("a\n", f"a\n{comment}\n", language).highlighted == set()
    if language != "fortran":
        assert compare(f"{line}\n", f"{line} {comment}\n", language).highlighted == set()


@pytest.mark.parametrize(
    ("old", "new", "removed"),
    [
        ("a\nb\nc\nd\n", "a\nd\n", [Removed(1, 2, ("b", "c"))]),
        ("a\nb\n\nd\n", "a\n\nd\n", [Removed(1, 0, ("b",))]),
        ("a\nb\nc\n", "a\nx\nc\n", []),
        ("a\nb\n", "b\n", [Removed(0, 1, ("a",))]),
        ("a\n\nb\n", "\nb\n", [Removed(0, 2, ("a",))]),
        ("a\nb\n", "a\n", [Removed(1, 0, ("b",))]),
        ("a\n", "", [Removed(0, 0, ("a",))]),
    ],
)
def test_removed_lines_are_those_that_nothing_replaces(old, new, removed):
    assert compare(old, new, "python").removed == tuple(removed)


def test_only_what_is_shown_is_left():
    changes = compare("a\nb\nc\nd\n", "x\na\nd\ny\n", "python")
    assert changes.highlighted == {1, 4} and changes.removed == (Removed(2, 3, ("b", "c")),)
    part = changes.within([3, 4])
    assert part.highlighted == {4} and part.removed == changes.removed
    assert changes.within([4]).removed == ()


def test_comments_go_and_lines_stay():
    text = '"""doc  # no\n# no"""\na = "#"  # yes\n# yes\n'
    assert without_comments(text, "python").splitlines() == ['"""doc  # no', '# no"""', 'a = "#"  ', ""]


def test_a_bracket_between_new_lines_without_a_gap_is_new():
    assert with_brackets({1, 3}, {1: "f(", 2: ")", 3: "g("}) == {1, 2, 3}
    assert with_brackets({1, 4}, {1: "f(", 2: ")", 4: "g("}) == {1, 4}
    assert with_brackets({1}, {1: "f(", 2: ")", 3: "g("}) == {1}
