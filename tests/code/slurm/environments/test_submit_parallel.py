"""The array without a container: the Python of the environment that is named, and the same tasks as in the image."""

import os
import subprocess

import pytest
from bundle import CODE, HANG

SCRIPT = CODE / "slurm/environments/submit_parallel.sh"
IN_THE_IMAGE = CODE / "slurm/scikit_example/submit_parallel.sh"


@pytest.fixture
def run(tmp_path):
    """run(*arguments) runs the batch script as a task's shell does, with an environment whose Python says its words."""
    python = tmp_path / "my env/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    task = os.environ | {"SLURM_ARRAY_TASK_ID": "4"}

    def run(*arguments):
        command = ["bash", SCRIPT, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=task, capture_output=True, text=True, timeout=HANG)

    return run


def test_it_runs_the_task_with_the_python_of_the_environment(run):
    done = run("my env")
    assert done.stdout.split() == ["-u", "python/scikit_example/array/train_and_plot.py", "--param-index", "4"]
    assert (done.returncode, done.stderr) == (0, "")


def test_without_an_environment_it_asks_for_one(run):
    done = run()
    assert done.returncode != 0 and done.stderr.endswith("1: which environment?\n")


def test_an_environment_that_is_not_there_fails(run):
    done = run("none")
    assert done.returncode == 127 and "none/bin/python: No such file or directory" in done.stderr


def test_its_tasks_are_those_of_the_array_in_the_image():
    options = [
        [line for line in path.read_text().splitlines() if line.startswith("#SBATCH") and "job-name" not in line]
        for path in (SCRIPT, IN_THE_IMAGE)
    ]
    assert options[0] == options[1]
