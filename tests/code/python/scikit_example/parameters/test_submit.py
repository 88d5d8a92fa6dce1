"""The submission script. What needs a Slurm that answers is run on the practice cluster: see tests/not_covered.toml."""

import os
import shlex
import sys

import pytest
from bundle import CODE, load

SCRIPT = "python/scikit_example/parameters/submit.py"
NO_SBATCH = "there is no sbatch here: submit on a login node of a Slurm cluster, or try --dry-run"


@pytest.fixture
def no_sbatch(tmp_path):
    """The environment of a computer without Slurm."""
    (tmp_path / "bin").mkdir()
    return {"PATH": str(tmp_path / "bin")}


def test_a_dry_run_shows_seven_commands_and_submits_nothing(learner, no_sbatch):
    before = sorted(os.listdir(learner.folder))
    done = learner.run(SCRIPT, "--dry-run", env=no_sbatch, check=True)
    commands = [shlex.split(line) for line in done.stdout.splitlines()]
    batch_script = "slurm/scikit_example/submit_one.sh"
    counts = load("python/scikit_example/train_and_plot.py").N_NEIGHBORS
    # Options of sbatch before the batch script; after it, they would be the script's arguments.
    assert commands == [
        ["sbatch", "--parsable", f"--job-name=knn_k{k:02d}", batch_script, "--n-neighbors", str(k)] for k in counts
    ]
    assert len(commands) == 7
    assert len({command[2] for command in commands}) == 7, "the log files are named by the job's name"
    assert (learner.folder / batch_script).is_file()
    assert sorted(os.listdir(learner.folder)) == before


def test_without_slurm_it_is_one_line(learner, no_sbatch):
    assert learner.refuses(SCRIPT, env=no_sbatch) == NO_SBATCH


def test_an_sbatch_that_nobody_may_run_is_one_line(learner, tmp_path, no_sbatch):
    # So it is as well where a folder of PATH cannot be searched.
    (tmp_path / "bin" / "sbatch").touch(mode=0o600)
    assert learner.refuses(SCRIPT, env=no_sbatch) == NO_SBATCH


@pytest.mark.parametrize("argument", ["--dryrun", "4"])
def test_wrong_arguments_are_one_line(learner, argument):
    line = learner.refuses(SCRIPT, argument)
    assert line == f"submit.py: error: unrecognized arguments: {argument}"


def test_ctrl_c_is_one_line(learner, tmp_path):
    hook = "import shlex, time\nshlex.join = lambda command: (print('paused', flush=True), time.sleep(60))\n"
    (tmp_path / "sitecustomize.py").write_text(hook)
    done = learner.interrupt(SCRIPT, "--dry-run", after="paused", env={"PYTHONPATH": str(tmp_path)})
    assert (done.returncode, done.stderr) == (1, "stopped: jobs submitted so far are in jobs.csv\n")


def test_the_dry_run_needs_no_python_packages():
    text = (CODE / SCRIPT).read_text(encoding="utf-8")
    imported = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names
