"""Blocks with long lines are known, so that the printed page shows all of them."""

import pytest
from bs4 import BeautifulSoup

from extensions.wide import FITS, FITS_WIDE


@pytest.mark.parametrize(
    ("columns", "wide", "lines"),
    [(FITS, False, False), (FITS + 1, True, False), (FITS_WIDE, True, False), (FITS_WIDE + 1, True, True)],
)
def test_long_lines_are_marked(project, columns, wide, lines):
    project.write("conf.py", 'extensions = ["myst_parser", "extensions.wide"]\n')
    assert project.page(f"```python\nx = 1\n{'y' * columns}\n```") == ""
    [pre] = BeautifulSoup(project.html(), "html.parser").select("pre")
    assert bool(pre.find_parent(class_="wide")) == wide
    assert len(pre.select("span[id]")) == (2 if lines else 0)
