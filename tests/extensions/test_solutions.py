"""Solutions stand at the end of a book, and all links of and to them lead somewhere."""

import re
from collections import Counter
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup

# sphinx-exercise 1.2.1 uses what Sphinx 11 will not have.
pytestmark = pytest.mark.filterwarnings("ignore::sphinx.deprecation.RemovedInSphinx11Warning")

CONF = f"""
extensions = ["myst_parser", "sphinx_exercise", "extensions.book", "extensions.exercises", "extensions.one_page"]
extensions += ["extensions.solutions", "extensions.wide"]
project, version, copyright = "Site", "1", "nobody"
html_baseurl = "https://lesson.example/"
templates_path = [{str(Path(__file__).parents[2] / "templates")!r}]
html_static_path = []
html_copy_source = False
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 2
"""
TITLE = "# Title\n\n"
EXERCISE = """
:::{{exercise}} {title}
:label: ex-{name}

Do it.
:::

:::{{solution}} ex-{name}

{text}
:::
"""
LONG = f"```text\n{'x' * 130}\n```\n"


@pytest.fixture
def book(project):
    """book(builder, text) gives the warnings, and the pages of a book whose pages one and two have this text."""

    def build(builder, text):
        project.write("conf.py", CONF)
        for name in ("one", "two"):
            project.write(f"content/{name}.md", f"# {name}\n\n{text.replace('NAME', name)}\n")
        project.write("index.md", f"{TITLE}```{{toctree}}\n:caption: Pages\n\ncontent/one\ncontent/two\n```\n")
        warnings, _ = project.build(builder=builder)
        folder = project.folder / builder
        files = [path for path in folder.rglob("*html") if "_static" not in path.parts and path.stem != "search"]
        return warnings, {
            path.relative_to(folder).as_posix(): BeautifulSoup(path.read_bytes(), "html.parser") for path in files
        }

    return build


def faults(pages):
    """The links between pages that lead nowhere, and the ids that are on a page twice."""
    ids = {name: Counter(tag["id"] for tag in page.find_all(id=True)) for name, page in pages.items()}
    found = [f"{name}: {one}" for name in pages for one, times in ids[name].items() if times > 1]
    for name, page in pages.items():
        for link in page.select("a[href]"):
            path, _, place = unquote(link["href"]).partition("#")
            there = normpath(join(dirname(name), path)) if path else name
            if not re.match("https?:", link["href"]) and (there not in ids or (place and place not in ids[there])):
                found.append(f"{name}: {link['href']}")
    return found


@pytest.mark.parametrize("builder", ["singlehtml", "epub"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(LONG, id="a long line"),
        pytest.param("A note[^1].\n:::\n\nAgain[^1], again[^1].\n\n[^1]: The note.\n\n:::{note}\nx\n", id="a footnote"),
    ],
)
def test_links_lead_somewhere(book, builder, text):
    warnings, pages = book(builder, EXERCISE.format(title="Count", name="NAME", text=text))
    assert warnings == "" and faults(pages) == []
    assert "solutions.xhtml" in pages or builder == "singlehtml"


@pytest.mark.parametrize("builder", ["singlehtml", "epub", "html"])
def test_a_solution_of_no_exercise_is_said(book, builder):
    warnings, pages = book(builder, ":::{solution} ex-NAME\n\nSeven.\n:::\n")
    assert "content/one.md:5: WARNING: solution: there is no exercise with the label ex-one" in warnings
    assert "undefined label" not in warnings
    assert sum("Seven." in page.text for page in pages.values()) == (1 if builder == "singlehtml" else 2)


@pytest.mark.parametrize("builder", ["singlehtml", "epub"])
def test_a_download_has_an_address(book, project, builder):
    project.write("content/über uns.txt", "x")
    warnings, pages = book(builder, "{download}`it <über uns.txt>`")
    assert warnings == ""
    links = {link["href"] for page in pages.values() for link in page.select("a.download")}
    [link] = links
    assert re.fullmatch(r"https://lesson\.example/_downloads/[0-9a-f]+/%C3%BCber%20uns\.txt", link)
