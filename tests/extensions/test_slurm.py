"""What sbatch reads is no comment, whatever it does not read is one, and the rest is bash."""

import pytest
from bs4 import BeautifulSoup
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword

from extensions.listing.changes import without_comments
from extensions.slurm import BatchScript

SCRIPT = """#!/bin/bash
#SBATCH --time=1
##SBATCH --account=A
# an SBATCH line, or #SBATCH
  #SBATCH --mem=1G

echo "$1"  #SBATCH --no
"""


def test_only_a_line_that_begins_with_it_is_an_option():
    tokens = list(BatchScript().get_tokens(SCRIPT))
    assert [value for kind, value in tokens if kind is Keyword.Pseudo] == ["#SBATCH --time=1\n"]
    comments = [value.strip() for kind, value in tokens if kind is Comment.Single]
    assert comments == ["##SBATCH --account=A", "# an SBATCH line, or #SBATCH", "#SBATCH --mem=1G", "#SBATCH --no"]


def test_the_first_line_can_be_one():
    assert next(iter(BatchScript().get_tokens("#SBATCH --time=1\n"))) == (Keyword.Pseudo, "#SBATCH --time=1\n")


@pytest.mark.parametrize("language", ["slurm", "sbatch"])
def test_a_page_is_highlighted_with_it(project, language):
    project.write("conf.py", 'extensions = ["myst_parser", "extensions.slurm"]\n')
    assert project.page(f"```{language}\n{SCRIPT}```\n") == ""
    soup = BeautifulSoup(project.html(), "html.parser")
    assert [tag.text.strip() for tag in soup.select(".kp")] == ["#SBATCH --time=1"]


@pytest.mark.parametrize("language", ["slurm", "sbatch"])
def test_what_changes_is_found_as_in_bash(language, root):
    for path in sorted((root / "code").rglob("*.sh")):
        text = path.read_text()
        assert without_comments(text, language) == without_comments(text, "bash")
    assert without_comments(SCRIPT, language) == without_comments(SCRIPT, "bash")
    assert get_lexer_by_name(language).name == BatchScript.name  # an alias that Pygments gives to another lexer
