"""What is run in a copy of the tree: the build, the inventory of blocks, or one test file."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from catalogue import BLOCKS, BUILD, ROOT

DOCTREES, HTML = "_build/doctrees", "_build/html"
SPHINX = ["-m", "sphinx", "-W", "--keep-going", "-n", "-q", "-b", "html", "-d", DOCTREES, ".", HTML]  # as in Makefile


def copy_tree(target: Path) -> None:
    """Copy the checkout as it is now, without what is hidden and what was made: a download of it has no git."""
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(".*", "_build", "__pycache__"), dirs_exist_ok=True)


def run(copy: Path, *arguments: str) -> tuple[int, str]:
    """Run our Python in the copy; return the exit code and all that was printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    environment |= {"NO_COLOR": "1", "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=environment, check=False, text=True, errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode, done.stdout


def build(copy: Path) -> str:
    """Build the site as `make html` does; return the warnings, nothing if it is green."""
    code, said = run(copy, *SPHINX)
    return said or f"sphinx ended with exit code {code}" if code else ""


def blocks(copy: Path) -> str:
    """Read the inventory of the built site; return its errors."""
    code, said = run(copy, "-m", "walk", "inventory")
    return said or f"the inventory ended with exit code {code}" if code else ""


def tests(copy: Path, path: str) -> str:
    """Run one test file; return the lines that say what is wrong."""
    code, said = run(copy, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", path)
    if not code:
        return ""
    lines = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR", "E "))]
    return "\n".join(lines) or said


def red(check: str, copy: Path) -> tuple[str, str]:
    """Run a check; return (which one is red, what it says). What stands before it must be green, and may be red too."""
    said = build(copy)
    if said or check == BUILD:
        return BUILD, said
    if check == BLOCKS:
        return BLOCKS, blocks(copy)
    return check, tests(copy, check)


def names(page: str, said: str) -> bool:
    """Does the red output name the page?"""
    return f"{page}.md" in said or f"[{page}]" in said
