"""The submission script, with and without an sbatch that answers. (What Slurm does with its jobs: the walk.)"""

import os
import shlex
import sys

import pytest
from bundle import CODE, load

SCRIPT = "python/scikit_example/parameters/submit.py"
# Keeps what it is asked for, one call a line, and answers as Slurm does where there are several clusters.
SBATCH = """\
#!/bin/sh
echo "$@" >>submitted
if [ "$5" = "$REFUSED" ]; then printf 'sbatch: error: one\\nsbatch: error: two\\n' >&2; exit 1; fi
echo "$((11 + $(grep -c . submitted)));cluster"
"""
NO_SBATCH = "there is no sbatch here: submit on a login node of a Slurm cluster, or try --dry-run"


@pytest.fixture
def no_sbatch(tmp_path):
    """The environment of a computer without Slurm."""
    (tmp_path / "bin").mkdir()
    return {"PATH": str(tmp_path / "bin")}


@pytest.fixture
def slurm(tmp_path):
    """slurm(k) is the environment of a computer with an sbatch; it refuses the job of this neighbour count."""
    (tmp_path / "bin").mkdir()
    sbatch = tmp_path / "bin" / "sbatch"
    sbatch.write_text(SBATCH)
    sbatch.chmod(0o755)
    return lambda refused="": {"PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}", "REFUSED": str(refused)}


def test_every_job_is_submitted_and_its_id_is_kept(learner, slurm):
    (learner.folder / "jobs.csv").write_text("4,1\n")  # of an earlier call
    done = learner.run(SCRIPT, env=slurm(), check=True)
    counts = [1, 2, 4, 8, 16, 32, 64]
    assert done.stdout.splitlines() == [f"k={k}: job {12 + number}" for number, k in enumerate(counts)]
    kept = (learner.folder / "jobs.csv").read_text().splitlines()
    assert kept == ["4,1", *(f"{12 + number},{k}" for number, k in enumerate(counts))]
    shown = learner.run(SCRIPT, "--dry-run", check=True).stdout.splitlines()
    submitted = (learner.folder / "submitted").read_text().splitlines()
    assert [f"sbatch {arguments}" for arguments in submitted] == shown


def test_what_sbatch_refuses_is_one_line_and_no_id_is_lost(learner, slurm):
    line = learner.refuses(SCRIPT, env=slurm(refused=4), leaves=["jobs.csv", "submitted"])
    command = "sbatch --parsable --job-name=knn_k04 slurm/scikit_example/submit_one.sh --n-neighbors 4"
    assert line == f"{command} failed: sbatch: error: one sbatch: error: two"
    assert (learner.folder / "jobs.csv").read_text() == "12,1\n13,2\n"


def test_an_id_that_cannot_be_kept_is_said(learner, slurm):
    (learner.folder / "jobs.csv").mkdir()
    line = learner.refuses(SCRIPT, env=slurm(), leaves=["submitted"])
    assert line == "job 12 is submitted, but cannot write jobs.csv: Is a directory"


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


def test_ctrl_c_is_one_line(learner, paused):
    done = learner.interrupt(SCRIPT, "--dry-run", after="paused", env=paused | {"PAUSE_IN": "shlex.join"})
    assert (done.returncode, done.stderr) == (1, "stopped: jobs submitted so far are in jobs.csv\n")


def test_the_dry_run_needs_no_python_packages():
    text = (CODE / SCRIPT).read_text(encoding="utf-8")
    imported = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names
