"""What a cluster wants goes into each batch script: in its place, whole, once, and nothing that it can't be."""

import re
import stat
import subprocess

import pytest
from bundle import CODE, load, snapshot
from hypothesis import given
from hypothesis import strategies as st

SCRIPT = "python/your_cluster.py"
VALUES = {
    "account": "course",
    "partition": "long,night",
    "qos": "regular",
    "constraint": "cpu",
    "mail": "me@example.org",
    "module": "module load StdEnv/2023 apptainer/1.3.5",
    "runtime": "singularity",
    "before": "source env/bin/activate",
}
CONDA = "source conda/etc/profile.d/conda.sh && conda activate b"
FOLDERS = ["slurm", "solutions"]
BATCH_SCRIPTS = sorted(CODE.rglob("*.sh"))
script = load(SCRIPT)


def options(values):
    return [f"--{name}={value}" for name, value in values.items()]


def test_a_script_with_a_place_for_them_has_them_there():
    filled = script.fill((CODE / "slurm/scikit_example/submit_job.sh").read_text(), VALUES).splitlines()
    first = filled.index("# ---- your site's own lines: see your HPC centre's documentation ----")
    assert filled[first + 1 : first + 8] == [
        "#SBATCH --account=course",
        "#SBATCH --partition=long,night",
        "#SBATCH --qos=regular",
        "#SBATCH --constraint=cpu",
        "#SBATCH --mail-user=me@example.org --mail-type=END,FAIL",
        "module load StdEnv/2023 apptainer/1.3.5",
        "source env/bin/activate || exit 1",
    ]
    assert filled[-1] == "singularity exec knn.sif python -u python/scikit_example/train_and_plot.py"


def test_a_script_without_a_place_gets_them_below_its_options():
    filled = script.fill((CODE / "slurm/index/value.sh").read_text(), VALUES).splitlines()
    assert filled[5:13] == [
        "#SBATCH --output=%x_%A_%a.log",
        "#SBATCH --account=course",
        "#SBATCH --partition=long,night",
        "#SBATCH --qos=regular",
        "#SBATCH --constraint=cpu",
        "#SBATCH --mail-user=me@example.org --mail-type=END,FAIL",
        "source env/bin/activate || exit 1",
        "",
    ]


@pytest.mark.parametrize("before", ["source .venv/bin/activate", "source /no/.venv/bin/activate", CONDA])
def test_a_job_without_its_environment_ends_before_it_does_something(tmp_path, before):
    """It would go on with the Python of the system, and nobody would know."""
    text = script.fill("#!/bin/bash\n#SBATCH --time=1\n\nset -euo pipefail\necho on\n", {"before": before})
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    command = {"input": text, "text": True, "capture_output": True, "cwd": tmp_path, "env": environment}
    done = subprocess.run(["bash"], **command, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    activate = tmp_path / ".venv/bin/activate"
    conda = tmp_path / "conda/etc/profile.d/conda.sh"
    for path in (activate, conda):
        path.parent.mkdir(parents=True)
    activate.write_text("echo active\n")
    conda.write_text("conda() { echo $*; }\n")
    there = {"source .venv/bin/activate": "active\non\n", CONDA: "activate b\non\n"}
    assert subprocess.run(["bash"], **command, check=False).stdout == there.get(before, "")


def test_a_line_that_is_there_already_is_the_same_line():
    text = "#!/bin/bash\n#SBATCH --time=1\n{}\necho on\n"
    filled = script.fill(text.format("source env/bin/activate"), {"before": "source other/bin/activate"})
    assert filled == text.format("source other/bin/activate || exit 1")


def test_what_is_loaded_for_something_else_stays():
    """Where no container is started, a module is not Apptainer's."""
    text = (CODE / "slurm/environments/submit_parallel.sh").read_text().replace("# module load", "module load")
    assert "\nmodule load python\n" in script.fill(text, VALUES)


def test_an_option_below_the_first_command_is_no_place():
    text = "#!/bin/bash\n#SBATCH --time=1\nset -e\n##SBATCH --account=PROJECT\n"
    assert script.fill(text, {"account": "a"}).splitlines()[2:] == [
        "#SBATCH --account=a", "set -e", "##SBATCH --account=PROJECT",
    ]  # fmt: skip


def test_what_is_no_batch_script_stays():
    assert script.fill("#!/bin/bash\n# module load apptainer\napptainer exec a b\n", VALUES).count("module load") == 1
    assert script.places("echo\n#SBATCH --time=1\n") == []


@pytest.mark.parametrize("path", BATCH_SCRIPTS, ids=lambda path: path.stem)
def test_each_value_is_there_once_and_bash_reads_the_script(path):
    old = path.read_text()
    new = script.fill(old, VALUES)
    for name in ("account", "partition", "qos", "constraint", "mail-user"):
        assert len(re.findall(f"^#SBATCH --{name}=", new, re.M)) == 1
    assert new.count(f"\n{VALUES['before']} || exit 1\n") == 1
    assert ("\n" + VALUES["module"] in new) == ("apptainer exec" in old)
    assert "apptainer exec" not in new
    # Once more changes nothing, and other values take the place of these.
    assert script.fill(new, VALUES) == new
    others = {**VALUES, "account": "b@gpu", "before": CONDA, "module": "module load b", "runtime": "apptainer"}
    assert script.fill(new, others) == script.fill(old, others)
    assert script.fill(new, {}) == new and script.fill(old, {}) == old
    assert subprocess.run(["bash", "-n"], input=new, text=True, capture_output=True).stderr == ""


def test_all_scripts_of_the_folders_are_filled_in(learner):
    before = snapshot(learner.folder)
    done = learner.run(SCRIPT, *FOLDERS, *options(VALUES), check=True)
    assert done.stdout == f"slurm solutions: {len(BATCH_SCRIPTS)} scripts, {len(BATCH_SCRIPTS)} changed\n"
    after = snapshot(learner.folder)
    assert after.keys() == before.keys(), "something stayed behind"
    for name, text in before.items():
        wanted = script.fill(text.decode(), VALUES).encode() if name.endswith(".sh") else text
        assert after[name] == wanted, name
    again = learner.run(SCRIPT, *FOLDERS, *options(VALUES), check=True)
    assert again.stdout == f"slurm solutions: {len(BATCH_SCRIPTS)} scripts, 0 changed\n"


def test_what_is_no_batch_script_stays_as_it_is(learner):
    path = learner.folder / "slurm/tools.sh"
    path.write_text("echo apptainer exec knn.sif\n")
    done = learner.run(SCRIPT, *FOLDERS, *options(VALUES), check=True)
    assert done.stdout == f"slurm solutions: {len(BATCH_SCRIPTS) + 1} scripts, {len(BATCH_SCRIPTS)} changed\n"
    assert path.read_text() == "echo apptainer exec knn.sif\n"


def test_without_values_nothing_is_changed(learner):
    before = snapshot(learner.folder)
    done = learner.run(SCRIPT, *FOLDERS, check=True)
    assert done.stdout == f"slurm solutions: {len(BATCH_SCRIPTS)} scripts, 0 changed\n"
    assert snapshot(learner.folder) == before


def test_a_script_can_be_executed_as_before_and_ends_its_lines_as_before(learner):
    path = learner.folder / "slurm/mine.sh"
    path.write_bytes(b"#!/bin/bash\r\n##SBATCH --account=PROJECT\r\n# caf\xc3\xa9\r\n")
    path.chmod(0o750)
    learner.run(SCRIPT, "slurm", "--account=course", check=True)
    assert path.read_bytes() == b"#!/bin/bash\r\n#SBATCH --account=course\r\n# caf\xc3\xa9\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o750


def test_on_a_full_disk_a_script_is_whole(learner):
    here = sorted((CODE / "slurm").rglob("*.sh"))
    whole = {text for path in here for text in (path.read_text(), script.fill(path.read_text(), VALUES))}
    done = learner.on_full_disk("slurm", SCRIPT, "slurm", *options(VALUES))
    assert done.returncode != 0 and "No space left on device" in done.stderr
    left = [path for path in (learner.folder / "slurm").rglob("*.sh") if not path.name.startswith(".")]
    assert len(left) == len(here)
    assert {path.read_text() for path in left} <= whole


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("--account=a b", "--account: 'a b' is nothing that it can be"),
        ("--account=", "--account: '' is nothing that it can be"),
        ("--account=a\n", r"--account: 'a\n' is nothing that it can be"),
        ("--qos=a --wrap=date", "--qos: 'a --wrap=date' is nothing that it can be"),
        ("--constraint=cpu&gpu", "--constraint: 'cpu&gpu' is nothing that it can be"),
        ("--constraint=cpu|gpu", "--constraint: 'cpu|gpu' is nothing that it can be"),
        ("--partition=short,", "--partition: 'short,' is nothing that it can be"),
        ("--mail=\u0430@b.org", r"--mail: '\u0430@b.org' is nothing that it can be"),
        ("--module=module load a; date", "--module: 'module load a; date' is nothing that it can be"),
        ("--runtime=docker", "--runtime: 'docker' is nothing that it can be"),
        ("--before=source /tmp/x", "--before: 'source /tmp/x' is nothing that it can be"),
    ],
)
def test_what_it_can_not_be_is_refused(learner, argument, said):
    assert (
        learner.refuses(SCRIPT, "slurm", argument, "--partition=long" if "partition" not in argument else argument)
        == said
    )


def test_what_an_earlier_call_has_not_finished_is_left_alone(learner):
    (learner.folder / "slurm/.5.half.sh").write_text("#!/bin/bash\n#SBATCH --account=a\n")
    done = learner.run(SCRIPT, *FOLDERS, "--account=course", check=True)
    assert done.stdout.startswith(f"slurm solutions: {len(BATCH_SCRIPTS)} scripts")


def test_a_folder_without_scripts_is_named(learner):
    for folder in ("jupyter", "nowhere"):
        said = learner.refuses(SCRIPT, "slurm", folder, "--account=a")
        assert said == f"{folder} has no batch script: go to the folder of the lesson"


@given(st.sampled_from(sorted(script.PATTERNS)), st.data())
def test_what_fits_is_one_line_of_plain_characters(name, data):
    value = data.draw(st.from_regex(script.PATTERNS[name], fullmatch=True))
    assert re.fullmatch(r"[A-Za-z0-9_.,@/+ -]+", value.replace("/conda.sh && conda activate ", "/"))
    assert not any(word.startswith("-") for word in value.split(" "))
