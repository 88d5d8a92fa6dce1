"""The practice cluster: a real Slurm of several nodes on one machine."""

import re
from pathlib import Path


class ClusterError(Exception):
    """What can't be done, in one line for the user, and the exit code: 1 failed, 2 wrong use, 3 not up."""

    def __init__(self, message: str, code: int = 1) -> None:
        """Take the line and the exit code."""
        super().__init__(message)
        self.code = code


def last_words(log: Path) -> str:
    """Return the last line of a log that says something: no hint that belongs to a line above, and no colours."""
    text = re.sub(r"\x1b\[[\d;]*m", "", log.read_text(errors="replace"))
    lines = [line for line in text.splitlines() if line.strip()]
    begun = [line for line in lines if not line[0].isspace()]
    return (begun or lines or ["it says nothing"])[-1].strip().removeprefix("practice-cluster: ")
