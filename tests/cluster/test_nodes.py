"""A node is a machine of its own, as far as its jobs see, and a site can have another shape than ours."""

import re

import pytest
from practice import poll

pytestmark = [pytest.mark.cluster, pytest.mark.engine, pytest.mark.slow]

EACH = "srun --nodes=4 --ntasks-per-node=1 --label --mem=10M --time=1"


def test_each_node_has_its_own_name(cluster):
    names = cluster.output(f"{EACH} sh -c 'echo $SLURMD_NODENAME $(hostname)' | sort")
    assert names == "0: n1 n1\n1: n2 n2\n2: n3 n3\n3: n4 n4"
    assert cluster.output("hostname") == "login"


@pytest.mark.parametrize("folder", ["/tmp", "/var/tmp"])
def test_a_node_keeps_its_temporary_files_to_itself(cluster, folder):
    try:
        cluster.run(f"srun -w n2 --mem=10M sh -c 'echo two >{folder}/only-there'")
        assert cluster.output(f"srun -w n2 --mem=10M cat {folder}/only-there") == "two"
        elsewhere = f"test ! -e {folder}/only-there"
        cluster.run(f"srun -w n3 --mem=10M {elsewhere}")
        cluster.run(elsewhere)
    finally:
        cluster.run(f"srun -w n2 --mem=10M rm -f {folder}/only-there")


@pytest.mark.parametrize("folder", [".", "/scratch"])
def test_a_shared_folder_is_the_same_on_all_nodes(cluster, folder):
    try:
        cluster.run(f"srun -w n2 --mem=10M sh -c 'hostname >{folder}/seen'")
        assert cluster.output(f"{EACH} cat {folder}/seen | sort") == "0: n2\n1: n2\n2: n2\n3: n2"
        assert cluster.output(f"cat {folder}/seen") == "n2"
    finally:
        cluster.run(f"rm -f {folder}/seen")


def test_a_job_sees_the_processes_of_its_node_only(cluster):
    job = cluster.submit("-w n2 --time=5 --mem=10M --output=/dev/null --wrap='sleep 271'")
    try:
        poll(lambda: cluster.ask(f"squeue -h -j {job} -t R -o %N") == "n2", 120, "the job runs")
        sees = "srun -w {} --mem=10M pgrep -fx 'sleep 271'"
        poll(lambda: cluster.run(sees.format("n2"), check=False).returncode == 0, 30, "a job of its node sees it")
        assert cluster.run(sees.format("n3"), check=False).stdout == ""
        daemons = cluster.output("srun -w n3 --mem=10M ps -e -o comm=").split()
        assert "slurmctld" not in daemons and "mariadbd" not in daemons
    finally:
        cluster.run(f"scancel {job}")
        cluster.wait(job)


def test_seff_says_what_a_job_has_used(cluster):
    job = cluster.submit("--time=1 --mem=100M --output=/dev/null --wrap='sleep 2'")
    cluster.wait(job)
    said = cluster.output(f"seff {job}")
    assert re.search(rf"^Job ID: {job}$", said, re.MULTILINE) and "State: COMPLETED (exit code 0)" in said
    assert re.search(r"^Memory Utilized: .+$", said, re.MULTILINE) and "100.00 MB" in said


SITE = ("--nodes=1", "--partitions=cpu,night", "--max-array-size=6", "--account=project", "--modules")
# What a learner does with the lines of a batch script that are his site's.
OWN_LINES = r"""
sed -i slurm/*/submit_*.sh solutions/slurm/*.sh -e 's/^# module load apptainer/module load apptainer/' \
    -e 's/^##SBATCH --account=PROJECT/#SBATCH --account=project/' \
    -e 's/^##SBATCH --partition=PARTITION/#SBATCH --partition=night/'
"""


def test_a_site_of_another_shape_needs_its_own_lines_and_nothing_else(own):
    """One node, other partitions, small arrays, an account that must be named, Apptainer as a module."""
    cluster = own(*SITE, image=True)
    script = "slurm/scikit_example/submit_preprocess.sh"
    assert cluster.run("command -v apptainer", check=False).returncode != 0
    refused = cluster.run(f"sbatch {script}", check=False)
    assert refused.returncode != 0 and "Job violates accounting/QOS policy" in refused.stderr
    cluster.run(OWN_LINES)
    job = cluster.submit(script)
    assert cluster.wait(job) == {job: "COMPLETED"}, cluster.output("cat *.log")
    # An array that is too large for the site is refused whole, and its seven tasks are seven jobs.
    refused = cluster.run("sbatch slurm/scikit_example/submit_parallel.sh", check=False)
    assert refused.returncode != 0 and "Invalid job array specification" in refused.stderr
    assert not cluster.output("squeue -h")
    cluster.run("python3 python/scikit_example/parameters/submit.py")
    ids = cluster.output("cut -d, -f1 jobs.csv").split()
    assert set(cluster.wait(*ids).values()) == {"COMPLETED"}, cluster.output("cat *.log")
    assert cluster.output("ls results/scores_k*.json | wc -l") == "7"
    where = cluster.output(f"sacct -X -n -P -j {','.join(ids)} -o Partition,Account").split()
    assert where == ["night|project"] * 7
