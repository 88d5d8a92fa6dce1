"""The pages teach what they must: objectives, time, key points, every file of code/ shown, pictures that are true."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from docutils import nodes
from PIL import Image, ImageChops
from sphinx.addnodes import download_reference, pending_xref
from sphinx_exercise.nodes import solution_node

from walk.collect import collect, is_run
from walk.model import Transcript

HIDDEN = re.compile(r"(^|/)(\.|__pycache__)")


@pytest.fixture(scope="session")
def learners_files(root):
    """Every file that a learner gets, as "code/python/collection.py"."""
    found = [path.relative_to(root).as_posix() for path in (root / "code").rglob("*") if path.is_file()]
    return sorted(path for path in found if not HIDDEN.search(path))


def listings(tree, root):
    """The files that a page shows, whole or in part."""
    for block in tree.findall(nodes.literal_block):
        if "source" in block:
            yield (root / block["source"]).resolve().relative_to(root).as_posix()


def downloads(tree):
    """The files that a page offers for download."""
    for link in tree.findall(download_reference):
        yield link["reftarget"].lstrip("/")


def boxes(tree):
    """The admonitions of a page: title to text."""
    return {box.next_node(nodes.title).astext(): box.astext() for box in tree.findall(nodes.admonition)}


def test_page_says_what_it_gives_and_how_long_it_takes(doctree, lesson_name):
    start = boxes(doctree(lesson_name))["What you will be able to do"]
    assert re.search(r"Time: about \d+ minutes", start)


def test_page_ends_with_key_points_and_the_next_page(doctree, lesson_name):
    assert boxes(doctree(lesson_name))["Key points"]
    last = list(doctree(lesson_name).findall(nodes.paragraph))[-1]
    assert last.next_node(pending_xref) is not None, f"{lesson_name}.md does not end with a link to the next page"


def test_every_file_is_on_a_page(doctree, page_names, learners_files, root):
    seen = set()
    for name in page_names:
        seen.update(listings(doctree(name), root), downloads(doctree(name)))
    assert [path for path in learners_files if path not in seen] == []


def test_every_shown_file_can_be_downloaded_where_it_is_first_shown(doctree, page_names, root):
    offered = {path for name in page_names for path in downloads(doctree(name))}
    shown = {path for name in page_names for path in listings(doctree(name), root)}
    assert sorted(shown - offered) == []


def test_only_files_of_a_learner_are_shown(doctree, page_name, root):
    assert [path for path in listings(doctree(page_name), root) if not path.startswith("code/")] == []


def test_a_file_that_only_a_solution_shows_lies_where_nobody_comes_upon_it(doctree, page_names, root):
    pages = [doctree(name) for name in page_names]
    answers = [solution for page in pages for solution in page.findall(solution_node)]
    inside, everywhere = ([file for tree in trees for file in listings(tree, root)] for trees in (answers, pages))
    hidden = {file for file in everywhere if file.startswith("code/solutions/")}
    assert hidden == {file for file in inside if inside.count(file) == everywhere.count(file)}


@pytest.fixture(scope="session")
def typed(site, root):
    """The commands of all transcripts."""
    found = collect(root, site.folder.parent / "doctrees")
    return [command.bare for block in found.of(Transcript) for command in block.commands]


def test_what_is_only_shown_is_there(site, root):
    """Whether a word of it was printed, the walk says. What is to say nothing need not show that it did."""
    found = collect(root, site.folder.parent / "doctrees")
    shown = [(block, command) for block in found.of(Transcript) if not block.compared for command in block.commands]
    empty = [f"{block.location}: {command.text}" for block, command in shown if not any(command.output)]
    assert [place for place in empty if " --quiet" not in place] == []


def strings(test):
    """What a test file says to Python: its strings, but for those that only a person reads."""
    tree = ast.parse(test.read_text(encoding="utf-8"))
    read = {id(part.value) for part in ast.walk(tree) if isinstance(part, ast.Expr)}
    for part in ast.walk(tree):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and id(part) not in read:
            yield part.value


def is_tested(file, typed, tests, nowhere):
    """Has a file of code/ a test of its own? `nowhere` is a folder without tests.

    A Python script has a test at the same place, and coverage says whether that runs it. A shell script is run by a
    transcript. Any other file is used by a transcript, or named by a test in the folder that mirrors its own.
    """
    path = Path(file)
    folder = tests / path.parent
    if path.suffix == ".py":
        return (folder / f"test_{path.stem}.py").is_file()
    if is_run(file, typed, nowhere):
        return True
    word = re.compile(rf"(?<![\w.-]){re.escape(path.name)}(?![\w.-])")
    return path.suffix != ".sh" and any(
        word.search(text) for test in sorted(folder.glob("test_*.py")) for text in strings(test)
    )


def test_every_file_has_a_test(learners_files, typed, root, tmp_path):
    files = [path.removeprefix("code/") for path in learners_files]
    assert len(files) > 30
    assert [file for file in files if not is_tested(file, typed, root / "tests/code", tmp_path)] == []


@pytest.mark.parametrize(
    ("file", "tested"),
    [
        ("slurm/one.sh", True),  # run by a transcript
        ("slurm/two.sh", False),  # only looked at
        ("slurm/three.sh", False),  # its name is a part of another one, and it is found by a glob
        ("slurm/four.sh", False),  # has a test of its own, which may look and never run it
        ("slurm/five.txt", True),  # named by a test
        ("slurm/six.txt", False),  # only spoken of
        ("slurm/seven.txt", True),  # used by a transcript
        ("data.txt", False),  # named by a test of another folder
        ("slurm/five.py", False),  # only named
        ("slurm/six.py", True),
    ],
)
def test_what_a_test_of_a_file_is(tmp_path, file, tested):
    typed = [
        "sbatch --array=0-3 slurm/one.sh",
        "cat slurm/two.sh",
        "sbatch slurm/three.sh.old",
        "python a.py slurm/seven.txt",
    ]
    folder = tmp_path / "tests/slurm"
    folder.mkdir(parents=True)
    named = ["slurm/five.txt", "data.txt", "a-three.sh", "five.py"]
    (folder / "test_all.py").write_text(f'"""Of six.txt."""\nfiles = [*glob("*.sh"), *{named}]  # six.txt\n')
    for name in ("four", "six"):
        (folder / f"test_{name}.py").write_text("")
    assert is_tested(file, typed, tmp_path / "tests", tmp_path / "nowhere") == tested


@pytest.mark.slow
def test_pictures_are_what_the_scripts_draw(root, tmp_path):
    images = root / "content" / "images"
    subprocess.run([images / "draw.sh", sys.executable, tmp_path], check=True, stdout=subprocess.DEVNULL)
    drawn = sorted(path.name for path in tmp_path.iterdir())
    assert drawn
    assert drawn == sorted(path.name for path in images.glob("*.webp"))
    for name in drawn:
        with Image.open(tmp_path / name) as new, Image.open(images / name) as stored:
            assert new.size == stored.size, f"content/images/{name} is out of date: make pictures"
            difference = ImageChops.difference(new.convert("RGB"), stored.convert("RGB")).getbbox()
            assert difference is None, f"content/images/{name} is out of date: make pictures"


def test_drawings_have_a_title_and_a_description(root):
    drawings = sorted((root / "content" / "images").glob("*.svg"))
    assert drawings
    for path in drawings:
        text = path.read_text(encoding="utf-8")
        assert re.search(r"<title\b[^>]*>[^<]+</title>", text), path.name
        assert re.search(r"<desc\b[^>]*>[^<]+</desc>", text), path.name
