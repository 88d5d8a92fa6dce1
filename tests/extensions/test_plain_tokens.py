"""What has the colour of text in the light and in the dark is text; what is known by its class keeps it."""

import re

CONF = """
extensions = ["myst_parser", "extensions.plain_tokens"]
html_theme = "furo"
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
"""


def classes(project):
    """The text of each element in a listing, and its class."""
    return {text: name for name, text in re.findall(r'<span class="(\w+)">([^<]+)</span>', project.html())}


def test_names_and_brackets_are_text(project):
    project.write("conf.py", CONF)
    assert project.page("```python\ndef half(x):\n    return (x / 2)  # half of it\n```\n") == ""
    found = classes(project)
    assert {"def": "k", "half": "nf", "2": "mi", "# half of it": "c1"}.items() <= found.items()
    assert not found.keys() & {"x", "(", "):"}
    assert ">def</span> <span" in project.html(), "white space is text, too"


def test_prompts_and_outputs_keep_their_classes(project):
    project.write("conf.py", CONF)
    assert project.page("```console\n$ hostname\nnode1\n```\n") == ""
    assert {"$ ": "gp"}.items() <= classes(project).items()
    assert '<span class="go">node1' in project.html()


def test_one_style_that_colours_them_is_enough(project):
    """Another style in the dark may colour what the light one does not."""
    project.write("conf.py", CONF.replace("a11y-high-contrast-dark", "one-dark"))
    assert project.page("```python\nx = (1)\n```\n") == ""
    assert classes(project).get("x") == "n"
