"""A page without a source goes, if an earlier build wrote it; whatever else lies beside it stays."""

import shutil

import pytest

CONF = """
extensions = ["myst_parser", "extensions.leftovers"]
html_additional_pages = {"credits": "page.html"}
html_extra_path = ["extra"]
"""
OTHER = "---\norphan: true\n---\n\n# Other\n"


@pytest.fixture
def site(project):
    """A built project of the pages index and deep/old, with generated pages, an extra file, and two foreign ones."""
    project.write("conf.py", CONF)
    project.write("extra/report.html", "extra")
    project.write("deep/old.md", OTHER)
    assert project.page("Text.") == ""
    for name in ("notes.html", "deep/notes.html"):
        (project.folder / "html" / name).write_text("foreign")
    return project


def pages(project):
    """The names of all pages in the output folder."""
    folder = project.folder / "html"
    return {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.html")}


STAY = {"index", "genindex", "search", "credits", "report", "notes", "deep/notes"}


def test_without_a_change_all_stays(site):
    assert pages(site) == STAY | {"deep/old"}
    assert site.build() == ("", [])
    assert pages(site) == STAY | {"deep/old"}


@pytest.mark.parametrize("doctrees", ["kept", "deleted"])
def test_of_a_renamed_page_the_old_one_goes(site, doctrees):
    (site.source / "deep/old.md").rename(site.source / "deep/new.md")
    if doctrees == "deleted":
        shutil.rmtree(site.folder / "doctrees")
    assert site.build()[0] == ""
    assert pages(site) == STAY | {"deep/new"}


def test_of_a_deleted_page_the_built_one_goes(site):
    (site.source / "deep/old.md").unlink()
    assert site.build() == ("", [])
    assert pages(site) == STAY


def test_a_page_that_is_now_made_without_a_source_stays(site):
    site.write("about.md", OTHER)
    assert site.build() == ("", ["about"])
    (site.source / "about.md").unlink()
    site.write("conf.py", CONF.replace("credits", "about"))
    assert site.build()[0] == ""
    assert pages(site) == STAY | {"deep/old", "about"}  # credits was never a page with a source


def test_a_page_that_is_gone_already_is_no_error(site):
    (site.source / "deep/old.md").unlink()
    (site.folder / "html/deep/old.html").unlink()
    assert site.build() == ("", [])
    assert pages(site) == STAY


@pytest.mark.parametrize("builder", ["dirhtml", "singlehtml", "text"])
def test_another_builder_takes_nothing_away(site, builder):
    (site.source / "deep/old.md").unlink()
    site.build(builder=builder)
    assert pages(site) >= STAY | {"deep/old"}


def test_nothing_outside_of_the_folder_is_taken_away(site, tmp_path_factory):
    away = tmp_path_factory.mktemp("away") / "precious.html"
    for path in (away, site.folder / "precious.html"):
        path.write_text("precious")
    (site.folder / "html/link").symlink_to(away.parent)
    with (site.folder / "html/.pages").open("a") as file:
        file.write(f"../precious.html\n{away}\nlink/precious.html\n\n.\ndeep\n")
    assert site.build() == ("", [])
    assert away.exists() and (site.folder / "precious.html").exists()
    assert pages(site) == STAY | {"deep/old"}
