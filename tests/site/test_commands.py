"""The commands of the pages do what the pages show, in a reader's order, as far as they need no cluster."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from docutils import nodes
from sphinx.addnodes import toctree

# What a machine without Slurm, Apptainer and Docker can't do, and what needs the files of a job.
NEEDS_A_CLUSTER = re.compile(
    r"\b(sbatch|squeue|sacct|scancel|scontrol|apptainer|docker|practice-cluster)\b|submit\.py$|jobs\.csv|_\*\.log|scores_k48"
)
# The test has unpacked the bundle and has an environment; a browser window with JupyterLab would wait for a person.
ALREADY_DONE = re.compile(r"^(unzip|cd|python3 -m venv|source|pip install|jupyter lab)\b")
HOME = "/home/learner/notebook-to-cluster"  # where the reader of the pages works


def commands(text):
    """Return [[line, command, [output line, ...]], ...] of a console block; lines count from 0."""
    found = []
    for number, line in enumerate(text.splitlines()):
        if line.startswith("$ "):
            found.append([number, line[2:], []])
        elif found:
            found[-1][2].append(line)
    return found


def matches(expected, got):
    """Does the shown output say what was printed? A line "..." stands for any number of lines."""
    if not expected:
        return not got
    if expected[0] == "...":
        return any(matches(expected[1:], got[start:]) for start in range(len(got) + 1))
    return bool(got) and expected[0] == got[0] and matches(expected[1:], got[1:])


def run(block, folder):
    """Type the commands of a block in a shell; return what each printed, in lines."""
    end = "--- end of command ---"
    script = "".join(f"{command}\necho {end!r}\n" for _, command, _ in block)
    # The pages' "python" is the one that has the lesson's packages, as after "source env/bin/activate".
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # A reader has no PYTHON... variables, whatever the machine that runs the tests has.
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env |= {"PATH": path, "LC_ALL": "C.UTF-8", "COLUMNS": "80"}
    # `echo $?` would see the exit code of the echo between two commands: `(exit $code)` gives it back.
    script = script.replace(f"echo {end!r}", f"code=$?; echo; echo {end!r}; (exit $code)")
    done = subprocess.run(
        ["bash"], input=script, cwd=folder, env=env, text=True, timeout=900,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    text = done.stdout.replace(os.path.realpath(folder), HOME)
    return [[line.rstrip() for line in part.strip("\n").splitlines()] for part in text.split(end)]


def console_blocks(doctree):
    """Yield each console block in the order of the table of contents: page, line, commands."""
    for tree in doctree("index").findall(toctree):
        for page in tree["includefiles"]:
            for block in doctree(page).findall(nodes.literal_block):
                if block.get("language") == "console":
                    yield page, block.line or 0, commands(block.astext())


@pytest.fixture
def folder(site, tmp_path):
    """The unpacked bundle; its exercise does not wait."""
    bundle = site.folder.parent / "bundle" / "notebook-to-cluster.zip"
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "notebook-to-cluster"
    for script in folder.glob("python/long_code*.py"):
        text = script.read_text(encoding="utf-8")
        assert "SECONDS_OF_WORK = 60" in text
        script.write_text(text.replace("SECONDS_OF_WORK = 60", "SECONDS_OF_WORK = 0"), encoding="utf-8")
    return folder


@pytest.mark.slow
def test_commands_do_what_the_pages_show(doctree, folder, record_property):
    wrong = []
    ran = left = 0
    for page, line, block in console_blocks(doctree):
        if any(NEEDS_A_CLUSTER.search(command) for _, command, _ in block):
            left += len(block)
            continue
        block = [entry for entry in block if not ALREADY_DONE.match(entry[1])]
        if not block:
            continue
        outputs = run(block, folder)
        for (offset, command, expected), got in zip(block, outputs, strict=False):
            ran += 1
            if not matches([text.rstrip() for text in expected], got):
                shown, printed = "\n".join(expected), "\n".join(got)
                place = f"{page}.md:{line + offset}"
                wrong.append(f"{place}: $ {command}\n--- the page shows\n{shown}\n--- printed\n{printed}")
    record_property("commands run", ran)
    record_property("commands that need a cluster", left)
    assert not wrong, "\n\n".join(wrong)
    assert ran > left / 2, f"only {ran} commands were run, {left} were not"


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [
        ([], [], True),
        ([], ["a"], False),
        (["a"], [], False),
        (["a", "...", "z"], ["a", "b", "c", "z"], True),
        (["a", "...", "z"], ["a", "z"], True),
        (["a", "...", "z"], ["a", "b"], False),
        (["..."], ["a", "b"], True),
        (["a"], ["a", "b"], False),
    ],
)
def test_matches(expected, got, same):
    assert matches(expected, got) is same
