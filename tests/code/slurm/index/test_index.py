"""The ways from an array's index to the parameters, run by hand as the page says: SLURM_ARRAY_TASK_ID=3 bash SCRIPT."""

import itertools
import os
import re
import shutil
import subprocess

import pytest
from bundle import CODE, HANG, load

SERIAL = load("python/scikit_example/train_and_plot.py")
SCRIPTS = sorted(path.name for path in (CODE / "slurm/index").glob("*.sh"))
# The other two take any number for what it is: value.sh as k itself, arithmetic.sh as an exponent.
OF_A_LIST = ["bash_array.sh", "csv_row.sh", "grid.sh", "line_of_file.sh"]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """The bundle after create_parameter_array.py, once for all: the scripts only read."""
    folder = tmp_path_factory.mktemp("index") / "bundle"
    shutil.copytree(CODE, folder, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        load("python/scikit_example/array/create_parameter_array.py").main()
    return folder


@pytest.fixture
def task(bundle):
    def task(script, index, folder=bundle):
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        if index is not None:
            env["SLURM_ARRAY_TASK_ID"] = str(index)
        command = ["bash", CODE / "slurm/index" / script]
        return subprocess.run(command, cwd=folder, env=env, check=False, capture_output=True, text=True, timeout=HANG)

    return task


def indices(script):
    """Return the indices of the script's own --array option."""
    text = (CODE / "slurm/index" / script).read_text(encoding="utf-8")
    [option] = re.findall(r"^#SBATCH --array=(.*)$", text, re.MULTILINE)
    numbers = []
    for part in option.split(","):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def test_there_are_six_ways():
    assert sorted([*OF_A_LIST, "arithmetic.sh", "value.sh"]) == SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_indices_of_the_array_give_every_run_once(task, script):
    said = []
    for index in indices(script):
        done = task(script, index)
        assert (done.returncode, done.stderr) == (0, "")
        said.append(re.fullmatch(rf"task {index}: k=(\d+)(?: metric=(\w+))?\n", done.stdout).groups())
    if script == "grid.sh":
        assert said == [(str(k), metric) for k, metric in itertools.product(SERIAL.N_NEIGHBORS, SERIAL.METRICS)]
    else:
        assert said == [(str(k), None) for k in SERIAL.N_NEIGHBORS]


def test_a_row_is_found_by_its_whole_index(task, tmp_path):
    # 1 is neither 10 nor 21, and the order of the rows does not matter.
    (tmp_path / "params.csv").write_text("index,n_neighbors\n10,5\n21,6\n1,7\n0,1\n")
    assert [task("csv_row.sh", index, tmp_path).stdout for index in (1, 10)] == ["task 1: k=7\n", "task 10: k=5\n"]
    assert task("csv_row.sh", 2, tmp_path).stderr == "params.csv has no index 2\n"


@pytest.mark.parametrize("script", OF_A_LIST)
def test_an_index_out_of_range_fails_and_says_so(task, script):
    # Slurm's indices are never negative, so bash's -1 for the last entry of an array does no harm.
    for index in sorted({min(indices(script)) - 1, max(indices(script)) + 1, 1000} - {-1}):
        done = task(script, index)
        assert done.returncode != 0 and done.stdout == "" and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("script", SCRIPTS)
def test_outside_of_an_array_it_fails_and_says_why(task, script):
    done = task(script, None)
    assert done.returncode != 0 and done.stdout == ""
    assert "SLURM_ARRAY_TASK_ID: unbound variable" in done.stderr


def test_a_missing_file_fails_and_says_which(task, bundle):
    for script, name in [("csv_row.sh", "params.csv"), ("line_of_file.sh", "slurm/index/neighbors.txt")]:
        (bundle / name).rename(bundle / "away")
        done = task(script, 1)
        (bundle / "away").rename(bundle / name)
        assert done.returncode != 0 and done.stdout == "" and name in done.stderr
