"""Every mutant fits the tree as it is, and what is run by `make mutants` tells a killed one from one that survives."""

import re
import shutil
import subprocess
import sys
from collections import Counter

import pytest
from bundle import snapshot
from catalogue import BLOCKS, BUILD, KINDS, ROOT, WALK, Unfit, choose, read
from run import names, part_of

MUTANTS = read()
HARMLESS = """
[[mutant]]
name = "a word is another one"
kind = "a value"
file = "content/split.md"
page = "content/split"
check = "build"
old = "Soon many processes will train models"
new = "Soon several processes will train models"
"""


def run(*arguments):
    command = [sys.executable, ROOT / "tests/mutants/run.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_a_mutant_fits(mutant):
    assert not mutant.problem(ROOT)


def test_there_are_enough_and_of_every_kind():
    assert len(MUTANTS) >= 40
    assert {mutant.kind for mutant in MUTANTS} == set(KINDS)
    assert max(Counter(mutant.name for mutant in MUTANTS).values()) == 1


def test_every_page_is_broken():
    pages = {path.relative_to(ROOT).with_suffix("").as_posix() for path in (ROOT / "content").glob("*.md")}
    assert {mutant.page for mutant in MUTANTS} == pages | {"index"}


def test_a_sample_is_always_the_same():
    assert choose(MUTANTS, [], 6) == choose(MUTANTS, [], 6)
    assert len(set(choose(MUTANTS, [], 6))) == 6
    assert {mutant.page for mutant in choose(MUTANTS, ["content/collect"])} == {"content/collect"}
    with pytest.raises(Unfit, match="no mutant has the name, the page or the check 'content/none'"):
        choose(MUTANTS, ["content/none"])


@pytest.mark.parametrize("count", [1, 6, 13, 99])
def test_each_mutant_is_in_one_part_with_all_of_its_page(count):
    parts = [part_of(MUTANTS, number, count) for number in range(1, count + 1)]
    assert sorted(mutant.name for found in parts for mutant in found) == sorted(mutant.name for mutant in MUTANTS)
    pages = [page for found in parts for page in {mutant.page for mutant in found}]
    assert len(pages) == len(set(pages))


@pytest.mark.parametrize("text", ["0/6", "7/6", "1", "1/0", "x", "1/6/2", "-1/6"])
def test_a_part_that_there_is_not_is_refused(text):
    done = run(f"--part={text}")
    assert done.returncode == 2 and f"argument --part: must be like 1/6 or 6/6, not {text}" in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Soon many processes will", "Soon no process will", "the old text is 0 times in content/split.md, not once"),
        ('"content/split"', '"content/splits"', "there is no page content/splits"),
        ('"build"', '"tests/test_nothing.py"', "there is no check tests/test_nothing.py"),
        ('"content/split.md"', '"content/splits.md"', "there is no file content/splits.md"),
        ("kind =", "sort =", "unexpected keyword argument 'sort'"),
        ("kind =", "kind", "a word is another one.toml: Expected '=' after a key"),
    ],
)
def test_what_does_not_fit_is_one_line(tmp_path, old, new, said):
    text = HARMLESS.replace(f"old = {old}", f"old = {new}").replace(old, new, 1)
    (tmp_path / "a word is another one.toml").write_text(text)
    done = run("--mutants", tmp_path)
    assert done.returncode == 2
    assert "a word is another one" in done.stderr and said in done.stderr
    assert done.stderr.count("\n") == 1


WALKED = """
E       content/split.md:20: a line of the program
FAILED content/collect.md::43 transcript
content/{0}.md:12: $ ls
exit code 2 instead of 0
content/collect.md:44: $ cat all.csv
"""


@pytest.mark.parametrize(("page", "named"), [("collect", True), ("array-jobs", False)])
def test_a_walk_names_the_page_on_which_the_first_thing_is_wrong(page, named):
    """What is asked for is on one page, what it needs is on others: pytest names only the first."""
    mutant = next(one for one in MUTANTS if (one.check, one.page) == (WALK, "content/collect"))
    assert names(mutant, WALKED.format(page)) == named
    assert not names(mutant, "FAILED content/collect.md::43 transcript\nno cluster today\n")


def test_the_test_of_a_script_names_the_script():
    mutant = next(one for one in MUTANTS if one.check.startswith("tests/code/"))
    assert names(mutant, f"E   assert 1 == 2\nFAILED {mutant.check}::test_it - assert 1 == 2\n")
    assert not names(mutant, "FAILED tests/code/test_other.py::test_it - assert 1 == 2\n")


@pytest.mark.slow
def test_what_breaks_nothing_survives_and_red_that_names_another_page_is_not_enough(tmp_path):
    (tmp_path / "one.toml").write_text(HARMLESS)
    shutil.copy(ROOT / "tests/mutants/index.toml", tmp_path)
    path = tmp_path / "index.toml"
    path.write_text(path.read_text().replace('page = "index"', 'page = "content/split"'))
    done = run("--mutants", tmp_path, "--jobs=1", BUILD)  # each copy of the tree is built whole once
    assert done.returncode == 1, done.stdout + done.stderr
    assert "2 mutants: 0 killed, 1 survived, 1 elsewhere" in done.stdout
    assert re.search(r"^survived .*: a word is another one$", done.stdout, re.MULTILINE)
    assert "wanted: build names content/split" in done.stdout


@pytest.mark.slow
def test_a_sample_is_killed_and_nothing_else_changes():
    before = {folder: snapshot(ROOT / folder) for folder in ("code", "content")}
    chosen = [mutant.name for mutant in choose(MUTANTS, [BUILD], 2) + choose(MUTANTS, [BLOCKS], 1)]
    done = run("--jobs=2", *chosen)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 mutants: 3 killed, 0 survived" in done.stdout
    assert {folder: snapshot(ROOT / folder) for folder in before} == before
