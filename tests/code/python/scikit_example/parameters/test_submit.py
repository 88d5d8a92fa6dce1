"""The submission script, with and without an sbatch that answers. (What Slurm does with its jobs: the walk.)"""

import ast
import os
import shlex
import sys

import pytest
from bundle import CODE, load

SCRIPT = "python/scikit_example/parameters/submit.py"
COUNTS = [1, 2, 4, 8, 16, 32, 64]
# Keeps what it is asked for, one call a line, and answers as Slurm does where there are several clusters.
SBATCH = """\
#!/bin/sh
echo "$@" >>submitted
if [ "$5" = "$REFUSED" ]; then printf 'sbatch: error: one\\nsbatch: error: two\\n' >&2; exit 1; fi
if [ -n "$ANSWER" ]; then printf "$ANSWER"; exit; fi
printf "$WARNING" >&2
echo "$((11 + $(grep -c . submitted)));cluster"
"""
NO_SBATCH = "no sbatch here: go to a login node of a cluster, or try --dry-run"
COMMAND = "sbatch --parsable --job-name=knn_k{0:02d} slurm/scikit_example/submit_one.sh --n-neighbors {0}"


@pytest.fixture
def no_sbatch(tmp_path):
    """The environment of a computer without Slurm."""
    (tmp_path / "bin").mkdir()
    return {"PATH": str(tmp_path / "bin")}


@pytest.fixture
def slurm(tmp_path):
    """slurm() is the environment of a computer with an sbatch.

    It refuses the job of the neighbour count `refused`, or answers what printf makes of `answer`.
    """
    (tmp_path / "bin").mkdir()
    sbatch = tmp_path / "bin" / "sbatch"
    sbatch.write_text(SBATCH)
    sbatch.chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return lambda refused="", answer="": {"PATH": path, "REFUSED": str(refused), "ANSWER": answer}


def test_every_job_is_submitted_and_its_id_is_kept(learner, slurm):
    (learner.folder / "jobs.csv").write_text("4,1\n")  # of an earlier call
    done = learner.run(SCRIPT, env=slurm(), check=True)
    assert done.stdout.splitlines() == [f"k={k}: job {12 + number}" for number, k in enumerate(COUNTS)]
    kept = (learner.folder / "jobs.csv").read_text().splitlines()
    assert kept == ["4,1", *(f"{12 + number},{k}" for number, k in enumerate(COUNTS))]
    shown = learner.run(SCRIPT, "--dry-run", check=True).stdout.splitlines()
    submitted = (learner.folder / "submitted").read_text().splitlines()
    assert [f"sbatch {arguments}" for arguments in submitted] == shown


def test_a_row_begins_a_line(learner, slurm):
    (learner.folder / "jobs.csv").write_text("4,1")  # as an editor may leave it
    learner.run(SCRIPT, env=slurm(answer="7"), constants={"N_NEIGHBORS": [2]}, check=True)
    assert (learner.folder / "jobs.csv").read_text() == "4,1\n7,2\n"


@pytest.mark.parametrize(
    "answer",
    ["7", "7\\n", "7;cluster\\n", "Welcome, 3 news!\\n8\\n7\\n", "\\n *** \\n7;a-b\\n\\n", "7\\r\\n", " 7  \\n"],
)
def test_the_id_is_the_last_line(learner, slurm, answer):
    done = learner.run(SCRIPT, env=slurm(answer=answer), constants={"N_NEIGHBORS": [2]}, check=True)
    assert done.stdout == "k=2: job 7\n"
    assert (learner.folder / "jobs.csv").read_text() == "7,2\n"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("7\\nGoodbye\\n", "7 Goodbye"),
        ("Submitted batch job 7 on cluster x\\n", "Submitted batch job 7 on cluster x"),
        ("7.5\\n", "7.5"),
        ("a7\\n", "a7"),
        ("7 8\\n", "7 8"),
        ("\\n", ""),
        ("%s", ""),
    ],
)
def test_what_is_no_id_is_one_line_that_shows_it(learner, slurm, answer, said):
    line = learner.refuses(SCRIPT, env=slurm(answer=answer), leaves=["submitted"])
    assert line.rstrip() == f"no job id in the last line of what sbatch said, see squeue: {said}".rstrip()
    assert len((learner.folder / "submitted").read_text().splitlines()) == 1, "it went on"


def test_what_sbatch_refuses_is_one_line_and_no_id_is_lost(learner, slurm):
    line = learner.refuses(SCRIPT, env=slurm(refused=4), leaves=["jobs.csv", "submitted"])
    assert line == f"{COMMAND.format(4)} failed: sbatch: error: one sbatch: error: two"
    assert (learner.folder / "jobs.csv").read_text() == "12,1\n13,2\n"


def test_a_warning_of_sbatch_is_shown(learner, slurm):
    done = learner.run(SCRIPT, env=slurm() | {"WARNING": "sbatch: low on hours\\n"}, constants={"N_NEIGHBORS": [2]})
    assert (done.returncode, done.stdout, done.stderr) == (0, "k=2: job 12\n", "sbatch: low on hours\n")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_no_id_is_lost_when_nobody_reads_what_is_said(learner, slurm, unbuffered):
    learner.closed_early(SCRIPT, env=slurm() | {"PYTHONUNBUFFERED": unbuffered})
    submitted = (learner.folder / "submitted").read_text().splitlines()
    kept = (learner.folder / "jobs.csv").read_text().splitlines()
    assert kept == [f"{12 + number},{k}" for number, k in enumerate(COUNTS[: len(submitted)])]


def test_no_id_is_lost_by_a_letter_in_the_answer(learner, slurm):
    learner.run(SCRIPT, env=slurm(answer="Gr\\374\\337e\\n7\\n"), constants={"N_NEIGHBORS": [2]})
    assert (learner.folder / "jobs.csv").read_text() == "7,2\n"


def test_a_dry_run_shows_seven_commands_and_submits_nothing(learner, no_sbatch):
    before = sorted(os.listdir(learner.folder))
    done = learner.run(SCRIPT, "--dry-run", env=no_sbatch, check=True)
    # Options of sbatch before the batch script; after it, they would be the script's arguments.
    assert done.stdout.splitlines() == [COMMAND.format(k) for k in COUNTS]
    assert all(shlex.join(shlex.split(line)) == line for line in done.stdout.splitlines())
    assert load("python/scikit_example/train_and_plot.py").N_NEIGHBORS == COUNTS
    assert (learner.folder / load(SCRIPT).BATCH_SCRIPT).is_file()
    assert sorted(os.listdir(learner.folder)) == before


def test_without_slurm_it_is_one_line(learner, no_sbatch):
    assert learner.refuses(SCRIPT, env=no_sbatch) == NO_SBATCH


def test_an_sbatch_that_nobody_may_run_is_not_silent(learner, tmp_path, no_sbatch):
    (tmp_path / "bin" / "sbatch").touch(mode=0o600)
    done = learner.run(SCRIPT, env=no_sbatch)
    assert done.returncode == 1 and "PermissionError" in done.stderr


@pytest.mark.parametrize("argument", ["--dryrun", "4"])
def test_wrong_arguments_are_refused(learner, argument):
    line = learner.refuses(SCRIPT, argument)
    assert line == f"submit.py: error: unrecognized arguments: {argument}"


@pytest.mark.parametrize("version", [(3, 6, 8, "final", 0), (3, 7, 17, "final", 0)])
def test_a_python_that_is_too_old_is_one_line(refusal, monkeypatch, version):
    # Login nodes may have one, and outside of the container it is the one that runs.
    ast.parse((CODE / SCRIPT).read_text(encoding="utf-8"), feature_version=version[:2])
    monkeypatch.setattr(sys, "version_info", version)
    assert refusal(SCRIPT, "--dry-run") == f"submit.py needs Python 3.8, and this is {sys.version.split()[0]}"
    monkeypatch.undo()


def test_the_first_python_that_is_not_too_old(call, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 8, 0, "final", 0))
    code, out, _ = call(SCRIPT, "--dry-run")
    assert (code, len(out.splitlines())) == (0, len(COUNTS))


def test_the_dry_run_needs_no_python_packages():
    text = (CODE / SCRIPT).read_text(encoding="utf-8")
    imported = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names
