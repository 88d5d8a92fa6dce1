"""What a program sees of the cores: it is what the process may use, and what OMP_NUM_THREADS says."""

import os
import shutil

import pytest

SCRIPT = "python/threads/cores.py"
SEEN = ["os.sched_getaffinity(0)", "joblib with n_jobs=-1", "threads of openblas"]


def table(said):
    return {line[:23].rstrip(): line[24:] for line in said.splitlines()}


@pytest.fixture
def one_core(learner):
    """Run the script on one core, with these variables."""

    def run(**variables):
        core = min(os.sched_getaffinity(0))
        before = [shutil.which("taskset"), "--cpu-list", core]
        cleared = {"OMP_NUM_THREADS": "", "OPENBLAS_NUM_THREADS": ""}
        done = learner.run(SCRIPT, env=cleared | variables, before=before, check=True)
        return table(done.stdout)

    return run


def test_a_bound_program_sees_its_core_and_cpu_count_the_machine(one_core):
    found = one_core(SLURM_CPUS_PER_TASK="1")
    assert {name: found.pop(name) for name in SEEN} == dict.fromkeys(SEEN, "1")
    assert found == {"SLURM_CPUS_PER_TASK": "1", "os.cpu_count()": str(os.cpu_count())}


def test_the_number_of_slurm_is_the_jobs_and_may_be_missing(one_core, monkeypatch):
    assert one_core(SLURM_CPUS_PER_TASK="3")["SLURM_CPUS_PER_TASK"] == "3"
    monkeypatch.delenv("SLURM_CPUS_PER_TASK", raising=False)
    assert one_core()["SLURM_CPUS_PER_TASK"] == "not set"


def test_the_variable_holds_where_nothing_binds(learner):
    done = learner.run(SCRIPT, env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": ""}, check=True)
    found = table(done.stdout)
    assert found["threads of openblas"] == "1"
    assert found["os.sched_getaffinity(0)"] == str(len(os.sched_getaffinity(0)))
