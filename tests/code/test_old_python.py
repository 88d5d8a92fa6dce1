"""What a page runs with `python3` runs with the system's Python of a login node, which may be as old as 3.6."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from bundle import CODE

ROOT = CODE.parent
PAGES = "\n".join(page.read_text(encoding="utf-8") for page in sorted(ROOT.glob("content/*.md")))
SCRIPTS = sorted(set(re.findall(r"^ *\$ python3 (\S+\.py)\b", PAGES, re.MULTILINE)))


def needed(name):
    """Return the Python that a script says it needs; 3.6, which RHEL 8 and SLES 15 have, if it says nothing."""
    said = re.search(r"needs Python (3\.\d+)", (CODE / name).read_text(encoding="utf-8"))
    return said[1] if said else "3.6"


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_runs_with_the_python_of_a_login_node(name):
    vermin = Path(sys.executable).with_name("vermin")
    command = [vermin, f"--target={needed(name)}-", "--violations", "--no-tips", CODE / name]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_these_scripts_are_looked_at():
    assert {"check.py", "python/run_again.py", "python/your_cluster.py"} < set(SCRIPTS)
