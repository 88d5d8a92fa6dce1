"""The walk is a tool for any lesson: its folder, beside an empty Sphinx site of three pages, is all that it needs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import walk

HERE = Path(__file__).parent


def test_another_lesson_walks_with_the_folder_alone(tmp_path):
    site = tmp_path / "lesson"
    shutil.copytree(HERE / "site", site)
    shutil.copytree(Path(walk.__file__).parent, site / "walk", ignore=shutil.ignore_patterns("__pycache__"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}

    def run(*words):
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=site, env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    code, said = run("sphinx", "-q", "-W", "-d", "_build/doctrees", ".", "_build/html")
    assert code == 0, said
    command = ["pytest", "-p", "walk.plugin", "--walk", "--rootdir", ".", "."]
    code, said = run(*command)
    assert code == 0 and "10 passed" in said, said
    page = site / "bake.md"
    page.write_text(page.read_text(encoding="utf-8").replace("800 grams", "900 grams"), encoding="utf-8")
    run("sphinx", "-q", "-d", "_build/doctrees", ".", "_build/html")
    code, said = run(*command)
    assert code == 1 and "bake.md:14: $ sh weigh.sh 2" in said and "1 failed, 9 passed" in said, said
