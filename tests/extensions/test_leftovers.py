"""A page without a source goes, if an earlier build wrote it; whatever else lies beside it stays."""

import shutil
import textwrap

import pytest
from sphinx.builders.html import StandaloneHTMLBuilder

# sphinx-exercise 1.2.1 uses what Sphinx 11 will not have.
pytestmark = pytest.mark.filterwarnings("ignore::sphinx.deprecation.RemovedInSphinx11Warning")

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


NEWS = "[](old.md#part), [](old.md), {ref}`here <place>`, {ref}`place`, {term}`node`, {numref}`code`, {ref}`exercise`."
OLD = """# Old

(place)=
## Part

```{glossary}
node
  A machine.
```

```{code-block} text
:name: code
:caption: A file
a
```

```{exercise} Count
:label: exercise
Do it.
```
"""


@pytest.fixture
def linked(project):
    """A built project of three pages, one of which speaks of what is on another one."""
    conf = """
    extensions = ["myst_parser", "sphinx_exercise", "extensions.exercises", "extensions.leftovers"]
    html_theme = "furo"
    myst_heading_anchors = 2
    numfig = True
    """
    project.write("conf.py", textwrap.dedent(conf))
    project.write("old.md", OLD)
    project.write("news.md", f"# News\n\n{NEWS}\n")
    assert project.page(toctree("old", "news")) == ""
    return project


def toctree(*names):
    """The table of contents of these pages."""
    return "\n".join(["```{toctree}", *names, "```", ""])


def fresh(project):
    """What a new build would write for each page."""
    shutil.rmtree(project.folder / "html")
    shutil.rmtree(project.folder / "doctrees")
    project.build()
    return written(project)


def written(project):
    """The text of each page."""
    return {name: project.html(name) for name in pages(project) if (project.source / f"{name}.md").is_file()}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# Old", "# Older"),
        ("(place)=\n## Part", "## Part\n\n(place)=\n## A part"),
        ("(place)=\n", "(place)=\n## Before\n\n"),
        ("```{code", "```{code-block} text\n:caption: Another\nb\n```\n\n```{code"),
        ("} Count", "} Add"),
        ("node\n", "node\nNode\n"),
    ],
)
def test_what_other_pages_say_of_a_page_is_never_old(linked, old, new):
    linked.write("old.md", OLD.replace(old, new, 1))
    assert linked.build() == ("", ["old"])
    found = written(linked)
    assert found == fresh(linked)


def test_no_page_leads_to_one_that_is_gone(linked):
    linked.write("third.md", "# Third\n")
    assert linked.page(toctree("old", "third", "news")) == ""
    assert "third.html" in linked.html("news")
    (linked.source / "third.md").unlink()
    assert linked.page(toctree("old", "news")) == ""
    assert [name for name, text in written(linked).items() if "third.html" in text] == []


def test_a_link_to_what_is_gone_is_said(linked):
    linked.write("old.md", OLD.replace("## Part", "## A part"))
    warnings, read = linked.build()
    assert "news.md:3: WARNING: local id not found in doc 'old': 'part'" in warnings and read == ["old"]


def test_if_other_pages_say_nothing_of_a_change_only_that_page_is_written(linked):
    before = {name: (linked.folder / f"html/{name}.html").stat().st_mtime_ns for name in written(linked)}
    linked.write("old.md", OLD.replace("Do it.", "Do it twice."))
    assert linked.build() == ("", ["old"])
    after = {name: (linked.folder / f"html/{name}.html").stat().st_mtime_ns for name in written(linked)}
    assert after["old"] != before["old"] and after["news"] == before["news"]


def test_after_a_build_that_broke_off_all_is_written(linked, monkeypatch):
    linked.write("old.md", OLD.replace("# Old", "# Older", 1))
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(StandaloneHTMLBuilder, "write_documents", broken)
        linked.build()
    assert linked.build()[0] == ""
    found = written(linked)
    assert found == fresh(linked)


def broken(self, docnames):
    """End the build."""
    raise RuntimeError
