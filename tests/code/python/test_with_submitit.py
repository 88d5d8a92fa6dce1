"""A function for each count, by submitit: without a Slurm, it runs them on this machine."""

import functools

import pytest
import submitit

SCRIPT = "python/with_submitit.py"
SAID = [
    "k=8: 0.787 with canberra",
    "k=500: failed, see its file in submitit_logs",
    "k=1: 0.767 with canberra",
]
SITE = """\
    # ---- your site's own lines: see your HPC centre's documentation ----
    # slurm_account="PROJECT",
    # slurm_partition="PARTITION",
"""


@pytest.mark.slow
def test_each_count_has_its_accuracy_and_what_fails_is_named(learner):
    done = learner.run(SCRIPT, "8", "500", "1")
    first, *lines = done.stdout.splitlines()
    assert first.startswith("Submitted batch job ") and lines == SAID
    assert done.returncode == 1 and done.stderr.endswith("with_submitit.py 500\n") and done.stderr.count("\n") == 1


def test_it_ends_well_when_all_do(call, monkeypatch):
    """In this process, as submitit's executor for looking for errors does it."""
    monkeypatch.setattr(submitit, "AutoExecutor", functools.partial(submitit.AutoExecutor, cluster="debug"))
    code, out, _ = call(SCRIPT, "8", "1")
    assert code == 0 and [line for line in out.splitlines() if line.startswith("k=")] == [SAID[0], SAID[2]]


@pytest.mark.parametrize(("words", "said"), [([], "which neighbour counts?\n"), (["x"], "invalid literal for int()")])
def test_no_count_is_no_job(learner, call, words, said):
    code, out, err = call(SCRIPT, *words)
    assert code == 1 and out == "" and said in err
    assert not (learner.folder / "submitit_logs").exists()


def test_the_place_for_the_sites_own_lines_is_the_same(root):
    assert SITE in (root / "code" / SCRIPT).read_text(encoding="utf-8")
