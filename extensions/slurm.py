"""Highlights a batch script: what Slurm reads looks like code, what it does not read like the comment that it is."""

# It takes the place of Pygments' own lexer of this name. To that one each comment with the word SBATCH in it is an
# option, and so is `##SBATCH`.

from typing import ClassVar

from pygments.lexer import inherit
from pygments.lexers.shell import BashLexer
from pygments.token import Keyword


class BatchScript(BashLexer):
    """Bash, but a line that begins with #SBATCH is an option of sbatch."""

    name = "Slurm"
    aliases: ClassVar = ["slurm", "sbatch"]
    tokens: ClassVar = {"root": [(r"^#SBATCH.*\n", Keyword.Pseudo), inherit]}


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    for alias in BatchScript.aliases:
        app.add_lexer(alias, BatchScript)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
