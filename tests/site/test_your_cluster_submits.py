"""A reader fills in a cluster, copies and downloads: Slurm runs all of it as the reader has said.

That is in a partition, with an account, a quality of service and a constraint. The cluster has a second partition,
refuses a job without an account, and finds Apptainer after `module load` only.
"""

import re
from pathlib import Path

import pytest
from practice import FOLDER, Cluster, name_of, poll

pytestmark = pytest.mark.engine

VALUES = {
    "account": "project",
    "partition": "night",
    "quality of service": "normal",
    "constraint": "fast",
    "line that makes Apptainer available": "module load apptainer",
    "folder for your files": "$HOME/unpacked",
}
FIELDS = "Partition,Account,QOS,Constraints,State"  # of sacct
AS_SAID = "night|project|normal|fast|COMPLETED"
WITH_CONTAINER = "slurm/scikit_example/submit_preprocess.sh"


@pytest.fixture(scope="module")
def cluster(may_start_cluster):
    cluster = Cluster(name_of("values"))
    try:
        cluster.start("--nodes", "1", "--partitions", "cpu,night", "--account", "project", "--modules")
        cluster.as_root("scontrol", "update", "NodeName=n1", "AvailableFeatures=fast", "ActiveFeatures=fast")
        yield cluster
    finally:
        cluster.end()


@pytest.fixture
def reader(visit, address):
    """reader(name) is a page of the site, whose reader has filled in the form on another one."""
    page = visit(
        f"{address}content/first-job.html", accept_downloads=True, permissions=["clipboard-read", "clipboard-write"]
    )
    page.locator(".your-cluster-button").click()
    for label, value in VALUES.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Save").click()

    def turn_to(name):
        page.goto(f"{address}content/{name}.html")
        page.wait_for_function("() => document.querySelector('.copy-button')")
        return page

    return turn_to


def button(page, block):
    """The copy button of a block."""
    return page.locator(f"{block} .copy-button").first


def paste(cluster, name, text):
    """Write a text into a file of the lesson's folder on the cluster."""
    done = cluster.call("run", "bash", "-c", f"cat > {FOLDER}/{name}", input=text)
    assert done.returncode == 0, done.stderr


def ran(cluster, job, tasks=1):
    """How a job has run, and how it ended, as sacct says it of each task."""
    cluster.wait(job, tasks=tasks)
    rows = cluster.output(f"sacct -X -n -P -j {job} -o {FIELDS}").splitlines()
    return set(rows), len(rows)


def test_without_values_the_cluster_refuses(cluster):
    done = cluster.run(f"sbatch {WITH_CONTAINER}", check=False)
    assert done.returncode != 0 and "account" in done.stderr.lower()


def test_what_is_copied_runs_there(cluster, copied, reader):
    text = copied(button(reader("dependencies"), "#slurm-scikit-example-submit-preprocess-sh"))
    paste(cluster, "copied.sh", f"{text}\n")
    assert ran(cluster, cluster.submit("copied.sh")) == ({AS_SAID}, 1)


def test_what_is_downloaded_runs_there(cluster, reader):
    page = reader("array-jobs")
    with page.expect_download() as download:
        page.locator("a[data-places][href$='/value.sh']").first.evaluate("link => link.click()")
    paste(cluster, "value.sh", Path(download.value.path()).read_text())
    assert ran(cluster, cluster.submit("value.sh"), tasks=7) == ({AS_SAID}, 7)


def test_what_was_unpacked_and_filled_in_runs_there(cluster, copied, reader, site):
    archive = (site.folder.parent / "bundle/notebook-to-cluster.zip").read_bytes()
    unpack = f"mkdir unpacked && cd unpacked && cat > a.zip && unzip -q a.zip && ln ~/{FOLDER}/knn.sif {FOLDER}/"
    done = cluster.call("run", "bash", "-c", unpack, input=archive, text=False)
    assert done.returncode == 0, done.stderr
    command = copied(button(reader("your-cluster"), ".highlight:has(.place[data-site=folder])"))
    assert "cd $HOME/unpacked/notebook-to-cluster" in command
    said = cluster.output(f"{command}\nsbatch --parsable {WITH_CONTAINER}", folder=".")
    *_, changed, job = said.splitlines()
    assert re.fullmatch(r"slurm solutions: (\d+) scripts, \1 changed", changed)
    assert ran(cluster, job) == ({AS_SAID}, 1)


def test_a_copied_command_runs_there(cluster, reader):
    """A job without a script: its options are in the command."""
    page = reader("login-node")
    command = next(
        line.removeprefix("$ ") for line in page.locator("pre").all_inner_texts() for line in line.splitlines()
        if line.startswith("$ srun") and line.endswith(" hostname")
    )  # fmt: skip
    assert cluster.output(command) == "n1"
    # srun ends before the accounting knows of it.
    rows = f"sacct -X -n -P --name hostname -o {FIELDS}"
    poll(lambda: cluster.output(rows) == AS_SAID, 60, "the job is accounted")
