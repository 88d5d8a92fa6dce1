"""A rule that some page may use is kept, whatever a script does; the others and their variables are not."""

import pytest
from rcssmin import cssmin
from sphinx.errors import ExtensionError

from extensions.used_styles import Site, reduce

PAGE = """<!doctype html><body data-theme="auto"><p class="note first" title="a > b">Text.</p>
<a class="link" data-text="x > y" href="#"><b>bold</b></a><details><summary>More</summary></details></body>"""
SCRIPT = "box.classList.toggle('is-open'); document.createElement('button');"
SITE = Site([PAGE], SCRIPT)
KEPT = [
    "p",
    ".note.first",
    "p.note:hover::before",
    "body[data-theme=dark] .link",
    "details[open]>summary~*",
    ".is-open .note",  # a script sets it
    "p.is-open",
    "button.is-open:not(.gone)",
    "#any",
    ":root",
    "*",
    ":not(.gone)",
    "a+details",
]
DROPPED = [".gone", "table", "p.link", "b.note", ".note .gone", ".gone>p", "body:not([data-theme=dark]) .gone"]


def less(css):
    """The style sheet without what is not used, and without white space."""
    return cssmin(reduce(css, SITE, SCRIPT))


@pytest.mark.parametrize("selector", KEPT)
def test_what_may_be_used_is_kept(selector):
    assert less(f"{selector} {{ color: red }}") == cssmin(f"{selector}{{color:red}}")


@pytest.mark.parametrize("selector", DROPPED)
def test_what_no_page_has_is_not(selector):
    assert less(f"{selector} {{ color: red }}") == ""
    assert less(f"p, {selector} {{ color: red }}") == "p{color:red}"


@pytest.mark.parametrize(
    "page",
    [
        "<div class='a hint'>",
        '<P CLASS="hint">',
        "<p title='it>s' Class = 'hint'>",
        "<p class=hint>",
        """<p title='no class="b"' class='hint'>""",
        """<p title="it's" class='hint'>""",
    ],
)
def test_a_class_is_found_however_it_is_written(page):
    """As somebody writes HTML into a page."""
    kept = cssmin(".hint{color:red}")
    assert cssmin(reduce(".hint { color: red } .gone { color: red }", Site([page], ""))) == kept
    assert cssmin(reduce("p.hint { color: red }", Site([page], ""))) == ("" if "div" in page else f"p{kept}")


@pytest.mark.parametrize(
    ("css", "said"),
    [
        (".a{--x:1;color red}", "near 'p{} .a{--x:1;color red}': EOF reached before {} block"),
        (".a", "near 'p{} .a': EOF reached before {} block for a qualified rule."),
        (".a{--x:1; color: red}}", "near 'p{} .a{--x:1; color: red}}': "),
        ("@media print{ p{--x:1; color} }", "near 'p{} @media print{ p{--x:1; color} }': "),
    ],
)
def test_a_slip_in_a_style_sheet_is_quoted(css, said):
    with pytest.raises(ExtensionError) as error:
        reduce(f"b{{}}\n\np{{}} {css}", Site(["<p class=a>"], ""))
    assert str(error.value).startswith(f"a style sheet is wrong {said}")
    assert "\n" not in str(error.value)


def test_rules_in_rules():
    css = "@media print { .gone { color: red } p { color: red } } @media print { .gone { color: red } }"
    assert less(css) == "@media print{p{color:red}}"
    assert less("@supports (color: red) { @media print { p { color: red } } }").count("{") == 3
    keyframes = "@keyframes show{from{opacity:0}to{opacity:1}}"
    assert less(keyframes) == keyframes


def test_variables():
    css = 'body { --a: var(--b); --b: 1px; --c: 2px; --d: url("a;b}"); color: red }'
    css += " p { margin: var(--a); border: var(--d) }"
    assert less(css) == 'body{color:red;--a:var(--b);--b:1px;--d:url("a;b}")}p{margin:var(--a);border:var(--d)}'
    assert less(".gone { margin: var(--a) } body { --a: 1px }") == "", "what used it is gone"
    assert reduce("body { --a: 1px }", SITE, "style.margin = 'var(--a)'").startswith("body{--a")
