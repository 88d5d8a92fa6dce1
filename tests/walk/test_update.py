"""What a walk got is written into the pages where they show something else, and only there."""

import errno
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walk.compare import Comparison
from walk.errors import WalkError
from walk.model import Command, Transcript
from walk.normalize import ANY
from walk.session import Outcome
from walk.shell import Result
from walk.update import new_text, shorten, update


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
        ("share.md", "1\n...\n9\n$ pwd", "0\n...\n10\n$ pwd"),
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


# As `printf` has them. The last ones end a line for Python, for a browser, or for Markdown.
UNFIT = [
    "$ rm -rf kitchen", "...", "```", "  ```", " ::::", "~~~~",
    r"a\fb", r"a\vb", r"a\034b", r"a\u0085b", r"a\u2028b", r"a\000b", r"a\033[2Jb",
]  # fmt: skip


@pytest.mark.parametrize("line", UNFIT)
def test_an_output_that_a_page_cannot_show_is_not_written(small, line):
    small.change("bake.md", "800 grams of flour", "nothing")
    small.change("share.md", "$ seq 1 9\n1", f"$ printf '{line}\\n'; seq 1 9\n0")
    before = texts(small)
    with pytest.raises(WalkError, match=r"share\.md:8: the output has a line that means something else there"):
        outputs(small)
    assert texts(small) == before


@pytest.mark.parametrize("line", ["    ```", "a ```", "    ~~~^^^", "~~~^", "    $ ls", " ...", "\u00a0tree"])
def test_what_only_looks_like_something_else_is_written_and_stays(small, line):
    small.change("share.md", "$ seq 1 9", f"$ printf '%s\\n' '{line}'\nnothing\n$ seq 1 9")
    assert outputs(small) == ["share.md:8"]
    assert f"'\n{line}\n$ seq 1 9\n" in texts(small)["share.md"]
    assert outputs(small) == []


def test_what_is_typed_stays_as_it_is(small):
    """Blanks at the end of a line may be what a command is about."""
    typed = "  $ cat -A <<'END'\n  bread  \n\n    \n  END\n"
    small.change("bake.md", "  $ ls no-oven\n", f"{typed}  $ ls no-oven\n")
    small.change("bake.md", ":exit: 0 2", ":exit: 0 0 2")
    assert outputs(small) == ["bake.md:38"]
    assert f"{typed}  bread  $\n  $\n    $\n  $ ls no-oven\n" in texts(small)["bake.md"]
    assert outputs(small) == []


def test_an_empty_line_above_the_next_command_is_no_difference(small):
    small.change("share.md", "9\n$ pwd", "9\n\n$ pwd")
    assert outputs(small) == []
    small.change("share.md", "1\n...", "0\n...")
    assert outputs(small) == ["share.md:8"]
    assert outputs(small) == []


def test_a_page_stays_the_file_that_it_is(small, tmp_path):
    """Its ends of lines, its mode, its owner, and the link that leads to it."""
    small.change("bake.md", "800 grams of flour", "nothing")
    page, elsewhere = small.source / "bake.md", tmp_path / "elsewhere.md"
    text = page.read_bytes().replace(b"\n", b"\r\n")
    elsewhere.write_bytes(text)
    elsewhere.chmod(0o640)
    page.unlink()
    page.symlink_to(elsewhere)
    before = elsewhere.stat()
    assert outputs(small) == ["bake.md:8"]
    assert page.is_symlink() and elsewhere.read_bytes() == text.replace(b"nothing", b"800 grams of flour")
    after = elsewhere.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert [path.name for path in tmp_path.iterdir() if path.name != "site"] == ["elsewhere.md"]


@pytest.mark.parametrize("fails", ["write_bytes", "replace"])
def test_where_a_page_cannot_be_written_none_is(small, monkeypatch, fails):
    small.change("bake.md", "800 grams of flour", "nothing")
    small.change("share.md", "1\n...", "0\n...")
    before = texts(small)
    small.walk()
    there = getattr(Path, fails)

    def full(path, *arguments):
        if path.name.startswith(".share.md."):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return there(path, *arguments)

    monkeypatch.setattr(Path, fails, full)
    with pytest.raises(WalkError, match=r"^nothing is written: .*share\.md\.\w+: No space left on device$"):
        update(small.site, small.outcomes)
    assert texts(small) == before
    assert {path.name for path in small.source.iterdir() if path.name.startswith(".")} == set()


def test_where_a_command_ends_otherwise_nothing_is_written(small):
    small.change("bake.md", "800 grams of flour", "nothing")
    small.change("bake.md", "$ sh weigh.sh 2", "$ sh weigh.sh 2; false")
    small.change("share.md", "1\n...", "0\n...")
    before = texts(small)
    with pytest.raises(WalkError, match=r"^nothing is written, because not only outputs are wrong: bake\.md:8$"):
        outputs(small)
    assert texts(small) == before
    assert sorted(path.name for path in small.source.glob("*.md*")) == sorted(before)


def test_what_is_only_shown_stays(small):
    before = texts(small)
    assert "2026" in before["share.md"]
    outputs(small)
    assert texts(small) == before


def test_a_page_that_was_changed_meanwhile_is_not_touched(small):
    small.change("bake.md", "800 grams", "900 grams")  # not written either
    small.change("share.md", "1\n...", "0\n...")
    small.walk()
    small.change("share.md", "# Share\n", "# Share\n\nMore words.\n")
    before = texts(small)
    with pytest.raises(WalkError, match=r"share\.md:8: the page has changed since it was built"):
        update(small.site, small.outcomes)
    assert texts(small) == before


def matched(shown, got):
    return Comparison().match(shown, got) is not None


def updated(shown, got):
    """Return the output that a page has after an update."""
    command = Command(0, "true", "true", tuple(shown))
    block = Transcript("index", 1, "\n".join(["$ true", *shown]), (command,), 600, True, False)
    match = Comparison().match(shown, got)
    return new_text(Outcome(block, [Result(got, 0)], [match]), ()).split("\n")[1:]


def test_what_is_left_out_of_a_table_stays_left_out_where_ids_are_written():
    """Its rows differ only in their ids and times, so a line alone doesn't say which ones the page shows."""
    heading = "  JOBID STATE TIME NODELIST(REASON)"
    shown = [heading, "     12 RUNNING 1:01 n1", ANY, "     14 PENDING 0:00 (Priority)"]
    got = [heading, "     42 PENDING 0:00 (Priority)", "     43 RUNNING 1:07 n3", "     40 RUNNING 1:08 n2"]
    new = updated(shown, got)
    assert len(new) == 4 and new[0] == heading and new[2] == ANY and new[3] == got[1] and new[1] in got[2:]
    assert updated(new, got) == new


# Some are alike, as lines are of which only a number has changed.
LINES = st.sampled_from(["", "task 1: k=1", "task 2: k=3", "task 2: k=5", "accuracy 0.64", "accuracy 0.66", "done"])


@given(st.lists(LINES | st.just(ANY), max_size=8), st.lists(LINES, max_size=8))
def test_what_is_shortened_is_true_and_stays(shown, got):
    new = updated(shown, got)
    assert matched(new, got)
    assert updated(new, got) == new
    assert (ANY in new) <= (ANY in shown)


@given(st.data(), st.lists(LINES, max_size=6), st.lists(LINES, max_size=6), st.lists(LINES, max_size=6))
def test_a_true_page_with_dots_is_not_changed(data, first, second, third):
    got = [*first, "one", *second, "two", *third]
    shown = [*first, ANY, "one", *data.draw(st.sampled_from([second, [ANY]])), "two", ANY]
    assert matched(shown, got)
    assert shorten(shown, got) == shown


@pytest.mark.parametrize(
    ("shown", "got", "new"),
    [
        ("a ... m ... z", "a b m c z", "a ... m ... z"),
        ("a ... m ... z", "A b m c z", "A ... m ... z"),
        ("a ... m ... z", "a b m c Z", "a ... m ... Z"),
        ("a ... row-1:7 ... z", "a b row-1:8 c z", "a ... row-1:8 ... z"),  # its successor
        ("... row-1:7 row-2:7 ...", "row-1:8 x row-2:8", "... row-1:8 ... row-2:8 ..."),  # no longer neighbours
        ("a ... row-1:7 ... z", "A b row-1:8 c Z", "A ... row-1:8 ... Z"),
        ("... row-1:7 ... row-2:7 ...", "a row-1:8 b row-2:9 z", "... row-1:8 ... row-2:9 ..."),
        ("a ... m n ... z", "a b m x c z", None),
        ("a ... m ... z", "a b c z", "a ... z"),  # it has none
    ],
)
def test_what_is_shown_between_two_dots_stays(shown, got, new):
    found = shorten(shown.split(), got.split())
    assert new is None or found == new.split()
    assert matched(found, got.split()) and "..." in found
    assert "m" not in shown.split() or "m" not in got.split() or "m" in found


def test_two_dots_on_a_page(small):
    """What is between them is written anew where it has changed, and left where it has not."""
    small.change(
        "share.md", "$ seq 1 9\n1\n...\n9", "$ seq -f 'loaf %g' 1 9\nloaf 1\n...\nloaf 5 of rye\n...\nloaf 8.5"
    )
    assert outputs(small) == ["share.md:8"]
    assert "\nloaf 1\n...\nloaf 5\n...\nloaf 9\n$ pwd" in texts(small)["share.md"]
    assert outputs(small) == []


@pytest.mark.parametrize("page", ["index", "bake", "share"])
def test_one_block_that_failed_keeps_all_pages_as_they_are(small, page):
    small.change("bake.md", "800 grams of flour", "nothing")
    small.change("share.md", "9\n$ pwd", "8\n$ pwd")
    first = {"index": "$ mkdir -p kitchen", "bake": "  $ ls no-oven", "share": "$ date"}[page]
    small.change(f"{page}.md", first, f"{first}; (exit 7)")
    before = texts(small)
    with pytest.raises(WalkError, match=rf"^nothing is written.*: {page}\.md:\d+$"):
        outputs(small)
    assert texts(small) == before
