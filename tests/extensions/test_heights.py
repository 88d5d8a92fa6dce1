"""A block of code says how many lines it has, in words that the style sheet can read."""

import pytest
from bs4 import BeautifulSoup


@pytest.mark.parametrize(
    ("block", "lines"),
    [
        ("```python\nx = 1\n```", 1),
        ("```python\nx = 1\n\n\ny = 2\n```", 4),
        ("```{code-block} python\n:linenos:\n:emphasize-lines: 2\n\nx = 1\ny = 2\n```", 2),
        ("```text\n<pre>\n</pre>\n```", 2),
    ],
)
def test_lines_are_counted(project, block, lines):
    project.write("conf.py", 'extensions = ["myst_parser", "extensions.heights"]\n')
    assert project.page(block) == ""
    [pre] = BeautifulSoup(project.html(), "html.parser").select(".highlight > pre")
    assert int(pre["data-lines"]) == lines == len(pre.get_text().rstrip("\n").split("\n"))
