"""A page asks for one style sheet and one script, in which all others are, in their order, as they are now."""

import pytest
from bs4 import BeautifulSoup
from sphinx.errors import ExtensionError

CONF = """
extensions = ["myst_parser", "extensions.one_file"]
html_static_path = ["static"]
html_css_files = ["first.css", "second.css"]
html_js_files = ["first.js", ("second.js", {"priority": 100}), (None, {"body": "let here = 1;"})]
"""
OTHER = "---\norphan: true\n---\n# Other\n"


@pytest.fixture
def site(project):
    """A project with two style sheets and two scripts."""
    project.write("conf.py", CONF)
    for name in ("first", "second"):
        project.write(f"static/{name}.css", f".{name} {{ color: red }}\n")
        project.write(f"static/{name}.js", f"(() => {{ window.{name} = 1 }})()\n")  # without a semicolon
    project.write("deep/other.md", OTHER)
    return project


def asked(site, name="index"):
    """The style sheets that a page asks for, its scripts, and the scripts that stand in it."""
    soup = BeautifulSoup(site.html(name), "html.parser")
    scripts = soup.select("script")
    return (
        [link["href"] for link in soup.select("link[rel=stylesheet]")],
        [script["src"] for script in scripts if script.get("src")],
        [script.get_text() for script in scripts if not script.get("src")],
    )


def text(site, name):
    """What such a file holds."""
    return (site.folder / "html" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("parallel", [1, 2])
def test_all_is_in_one_file_of_each_kind(site, parallel):
    for name in "abcdef":  # fewer pages are not written by several processes
        site.write(f"{name}.md", OTHER)
    site.write("index.md", "# Title\n")
    assert site.build(parallel=parallel)[0] == ""
    [style], [script], here = asked(site)
    assert text(site, style).endswith(".first { color: red }\n.second { color: red }\n")
    found = text(site, script)
    assert found.index("window.second") < found.index("window.first")  # its priority is higher
    assert "(() => { window.second = 1 })()\n;\n" in found
    assert "let here = 1;" in here
    assert asked(site, "deep/other")[:2] == ([f"../{style}"], [f"../{script}"])


def test_a_style_sheet_that_changes_is_there_at_once(site):
    assert site.page("Text.") == ""
    [style], _, _ = asked(site)
    site.write("static/first.css", ".first { color: blue }\n")
    assert site.build() == ("", [])
    assert asked(site)[0] == [style] and ".first { color: blue }" in text(site, style)


def test_a_file_that_is_missing_ends_the_build(site):
    (site.source / "static/second.css").unlink()
    with pytest.raises(ExtensionError, match=r"second\.css is asked for by a page, and is not in _static"):
        site.page("Text.")


def test_other_builders_are_left_alone(site):
    assert site.page("Text.") == "" and site.build(builder="text")[0] == ""
    assert not list((site.folder / "text").rglob("page-*"))
