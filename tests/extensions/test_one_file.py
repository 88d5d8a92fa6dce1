"""A page asks for one style sheet and one script, in which all others are, in their order, as they are now."""

import re

import pytest
from bs4 import BeautifulSoup
from sphinx.errors import ExtensionError

from extensions import one_file

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
        project.write(f"static/{name}.css", f"/* A comment. */\n.{name} {{ color: red }}\n")
        # The script makes an element of this class. It has no semicolon at its end.
        project.write(f"static/{name}.js", f"// A comment.\n(() => {{ document.body.className = '{name}' }})()\n")
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


def text(site, address):
    """What such a file holds; its address ends with a sum of that."""
    assert re.fullmatch(r"(\.\./)*_static/page-[0-9a-f]{8}\.(css|js)\?v=[0-9a-f]{8}", address)
    path = site.folder / "html" / address.partition("?")[0].removeprefix("../")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("parallel", [1, 2])
def test_all_is_in_one_file_of_each_kind(site, parallel):
    for name in "abcdef":  # fewer pages are not written by several processes
        site.write(f"{name}.md", OTHER)
    site.write("index.md", "# Title\n")
    assert site.build(parallel=parallel)[0] == ""
    [style], [script], here = asked(site)
    assert text(site, style).endswith(".first{color:red}.second{color:red}")
    found = text(site, script)
    assert found.index("'second'") < found.index("'first'")  # its priority is higher
    assert found.index("let here = 1;") < found.index("'second'"), "the files run at once, and use what the page says"
    assert "(() => { document.body.className = 'second' })()\n;\n" in found
    assert "let here = 1;" in found and not [one for one in here if "let here" in one]
    assert "comment" not in text(site, style) + found
    assert asked(site, "deep/other")[:2] == ([f"../{style}"], [f"../{script}"])


def test_a_file_that_changes_is_there_at_once_at_another_address(site):
    """A browser that has kept the old one must not show the new pages with it."""
    assert site.page("Text.") == ""
    before = asked(site), asked(site, "deep/other")
    site.write("static/first.css", ".first { color: blue }\n")
    assert site.build() == ("", [])
    for (old_styles, old_scripts, _), name in zip(before, ("index", "deep/other"), strict=True):
        [style], scripts, _ = asked(site, name)
        assert [style] != old_styles and ".first{color:blue}" in text(site, style)
        assert scripts == old_scripts, "they are as they were"


def test_a_rule_comes_with_the_first_page_that_needs_it(site):
    """The page that is not read again asks for the new style sheet, too."""
    site.write("static/first.css", "table.docutils { color: red }\n.nowhere { color: red }\n")
    assert site.page("Text.") == ""
    [before], _, _ = asked(site, "deep/other")
    assert "table.docutils{" not in text(site, before)
    assert site.page("| a |\n|---|\n| b |\n") == ""
    [style], _, _ = asked(site)
    assert "table.docutils{" in text(site, style) and "nowhere" not in text(site, style)
    assert asked(site, "deep/other")[0] == [f"../{style}"] and before != f"../{style}"
    assert site.page("Text.") == ""
    assert asked(site, "deep/other")[0] == [before]


def test_a_file_that_no_page_asks_for_any_more_is_gone(site):
    assert site.page("Text.") == ""
    [before], _, _ = asked(site)
    (site.source / "static/second.css").unlink()
    site.write("conf.py", CONF.replace(', "second.css"', ""))
    assert site.build()[0] == ""
    [style], _, _ = asked(site)
    kept = {path.name for path in (site.folder / "html/_static").glob("page-*.css")}
    assert kept == {style.removeprefix("_static/").partition("?")[0]} and before not in kept


def test_a_script_says_the_same_with_fewer_lines():
    script = "// A `comment.\nif (a) {\n    b(`${one}, ${two}`); // Why\n\n}\n"
    assert one_file.plain(script) == "if (a) {\nb(`${one}, ${two}`); // Why\n}"


def test_a_string_of_several_lines_stays():
    script = "    a(`one  \n    // two\n\n    three`);\n    // A comment.\n    b();"
    assert one_file.plain(script) == "a(`one  \n    // two\n\n    three`);\nb();"


@pytest.mark.parametrize("text", ["  a = `\n  // b", "  'a\\\n  b'"])
def test_where_it_is_not_clear_what_a_string_is_a_script_stays_as_it_is(text):
    assert one_file.plain(text) == text


def test_only_white_space_that_means_nothing_is_left_out_of_a_page():
    kept = [
        "<pre>\n  x\n\n</pre>",
        "<script>\n  let a\n</script>",
        "<style>\n  a {}\n</style>",
        "<textarea>\n  a</textarea>",
        "<PRE>\n  x\n</PRE>",
        "<Pre>\n  x\n</pre>",
    ]
    page = "\n".join(f"  <p>\n\n    a  b{one} c\n  </p>\n" for one in kept)
    assert one_file.without_indentation(page) == "  " + "\n".join(f"<p>\na  b{one} c\n</p>" for one in kept) + "\n"
    assert one_file.without_indentation("<p>\n  <pre>\n  x\n") == "<p>\n<pre>\nx\n"  # no browser sees where it ends


def test_a_file_that_is_missing_ends_the_build(site):
    (site.source / "static/second.css").unlink()
    with pytest.raises(ExtensionError, match=r"second\.css is asked for by a page, and is not in _static"):
        site.page("Text.")


def test_other_builders_are_left_alone(site):
    assert site.page("Text.") == "" and site.build(builder="text")[0] == ""
    assert not list((site.folder / "text").rglob("page-*"))
