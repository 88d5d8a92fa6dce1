"""The pages teach what they must: objectives, time, key points, every file of code/ shown, pictures that are true."""

import re
import subprocess
import sys

import pytest
from docutils import nodes
from PIL import Image, ImageChops
from sphinx.addnodes import download_reference, pending_xref

NO_LESSON = {"index"}  # pages that teach no step of their own
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


def test_page_says_what_it_gives_and_how_long_it_takes(doctree, page_name):
    if page_name in NO_LESSON:
        return
    start = boxes(doctree(page_name))["What you will be able to do"]
    assert re.search(r"Time: about \d+ minutes", start)


def test_page_ends_with_key_points_and_the_next_page(doctree, page_name):
    if page_name in NO_LESSON:
        return
    assert boxes(doctree(page_name))["Key points"]
    last = list(doctree(page_name).findall(nodes.paragraph))[-1]
    assert last.next_node(pending_xref) is not None, f"{page_name}.md does not end with a link to the next page"


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


def test_every_file_has_a_test(learners_files, root):
    """A script's test is at the same place below tests/code/; other files may share one of their folder or above."""
    missing = []
    for path in map(root.joinpath, learners_files):
        folder = root / "tests" / path.parent.relative_to(root)
        own = folder / f"test_{path.stem}.py"
        shared = [
            test
            for parent in [folder, *folder.parents]
            if parent.is_relative_to(root / "tests" / "code")
            for test in parent.glob("test_*.py")
        ]
        if not (own.is_file() if path.suffix == ".py" else own.is_file() or shared):
            missing.append(path.relative_to(root).as_posix())
    assert missing == []


@pytest.mark.slow
def test_pictures_are_what_the_scripts_draw(root, tmp_path):
    images = root / "content" / "images"
    subprocess.run([images / "draw.sh", sys.executable, tmp_path], check=True, stdout=subprocess.DEVNULL)
    drawn = sorted(path.name for path in tmp_path.iterdir())
    assert drawn == sorted(path.name for path in images.glob("*.png"))
    for name in drawn:
        with Image.open(tmp_path / name) as new, Image.open(images / name) as stored:
            assert new.size == stored.size, f"content/images/{name} is out of date: make pictures"
            difference = ImageChops.difference(new.convert("RGB"), stored.convert("RGB")).getbbox()
            assert difference is None, f"content/images/{name} is out of date: make pictures"


def test_drawings_have_a_title_and_a_description(root):
    for path in sorted((root / "content" / "images").glob("*.svg")):
        text = path.read_text(encoding="utf-8")
        assert re.search(r"<title\b[^>]*>[^<]+</title>", text), path.name
        assert re.search(r"<desc\b[^>]*>[^<]+</desc>", text), path.name
