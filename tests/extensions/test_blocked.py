"""What the content security policy of a page blocks is a warning that names the line, and all else is none."""

import pytest
from PIL import Image

CONF = """
extensions = ["myst_parser", "extensions.content_security", "extensions.blocked", "extensions.pictures"]
myst_enable_extensions = ["attrs_inline"]
html_theme = "furo"
"""


@pytest.fixture
def site(project):
    """A project with a picture."""
    project.write("conf.py", CONF)
    Image.new("L", (40, 30)).save(project.write("a.png", ""))
    return project


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("```{image} a.png\n:width: 50%\n```", "the width of a picture: give pixels"),
        ("```{image} a.png\n:width: 5em\n:height: 3em\n```", "the width and height of a picture: give pixels"),
        ("```{figure} a.png\n:figwidth: 50%\n\nA.\n```", "the width of a figure: give its picture"),
        (
            "```{list-table}\n:widths: 20 80\n\n* - a\n  - b\n```",
            "the width of a table or of its columns: leave it out",
        ),
        ("```{list-table}\n:width: 50%\n\n* - a\n  - b\n```", "the width of a table or of its columns: leave it out"),
        ("![A](https://example.org/a.png)", "the picture https://example.org/a.png, which is from another host"),
        ("<IMG SRC='//example.org/a.png'>", "<img>, which is from another host: link to it"),
        ('<iframe src="https://example.org/a"></iframe>', "<iframe>, which is from another host: link to it"),
        ('<script src="https://example.org/a.js"></script>', "<script>, which is from another host: link to it"),
        ('<script type="module">go()</script>', "<script ...>: write <script>, or put it into a file in static/"),
        ("<SCRIPT>go()</SCRIPT>", "<script ...>: write <script>, or put it into a file in static/"),
        ('<style media="print">p {}</style>', "<style ...>: write <style>, or put it into a file in static/"),
        ("<p STYLE='color: red'>Red.</p>", "the style of <p>: give it a class and a rule in static/custom.css"),
        ('A <b style="color: red">word</b>.', "the style of <b>: give it a class and a rule in static/custom.css"),
        ('<button onclick="go()">Go</button>', "onclick of <button>: put it into a script in static/"),
        ('<object data="a.png"></object>', "<object>: leave it out"),
        ("{math}`x^2`", "a formula, which needs MathJax from another host"),
        ("```{math}\nx^2\n```", "a formula, which needs MathJax from another host"),
    ],
)
def test_what_is_blocked_is_one_line(site, page, said):
    warnings = site.page(page)
    line = 7 if "list-table" in page else 3  # docutils gives a table the line where it ends
    assert f"index.md:{line}: WARNING: the page's content security policy blocks {said}" in warnings
    assert warnings.strip().count("\n") == 0


ALLOWED = """
```{image} a.png
:width: 300px
```

```{figure} a.png
:scale: 50

A.
```

| a | b |
|:--|--:|
| 1 | 2 |

<div class="wide"><a href="https://example.org" title="style=">Out</a></div>

<script>go()</script>

<img src="_static/a.png" alt=""> `<p style="color: red">` <!-- <p style="color: red"> -->

```html
<iframe src="https://example.org"></iframe>
```
"""


def test_what_is_allowed_is_none(site):
    assert site.page(ALLOWED) == ""


def test_without_a_policy_nothing_is_blocked(site):
    site.write("conf.py", f"{CONF}content_security = False\n")
    assert site.page("<p style='color: red'>Red.</p>") == ""


def test_other_formats_have_no_policy(site):
    site.write("index.md", "# Title\n\n<p style='color: red'>Red.</p>\n")
    assert site.build(builder="text")[0] == ""
