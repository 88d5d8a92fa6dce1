"""The ways from an array's index to the parameters, run by hand as the page says: SLURM_ARRAY_TASK_ID=3 bash SCRIPT."""

import itertools
import os
import re
import shutil
import subprocess

import pytest
from bundle import CODE, HANG, execute, load
from hypothesis import example, given, settings
from hypothesis import strategies as st

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
        execute("python/scikit_example/array/create_parameter_array.py")
    return folder


def run(script, index, folder, locale="C"):
    env = {"PATH": os.environ["PATH"], "LC_ALL": locale}
    if index is not None:
        env["SLURM_ARRAY_TASK_ID"] = str(index)
    command = ["bash", CODE / "slurm/index" / script]
    done = subprocess.run(command, cwd=folder, env=env, check=False, capture_output=True, timeout=HANG)
    done.stdout, done.stderr = (said.decode(errors="replace") for said in (done.stdout, done.stderr))
    return done


@pytest.fixture
def task(bundle):
    return lambda script, index, folder=bundle: run(script, index, folder)


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


LIST = "slurm/index/neighbors.txt"
# The script, the file's bytes, and k of index 3, or what the line says that refuses it.
FILES = {
    "a row": ("csv_row.sh", b"index,n_neighbors\n2,4\n3,8\n4,16\n", 8),
    "a row at the end": ("csv_row.sh", b"index,n_neighbors\n3,8", 8),
    "a row of Windows": ("csv_row.sh", b"\xef\xbb\xbfindex,n_neighbors\r\n2,4\r\n3,8\r\n4,16\r\n", 8),
    "another row that is no UTF-8": ("csv_row.sh", b"index,n_neighbors\n2,\xff\n3,8\n", 8),
    "NULs after the rows": ("csv_row.sh", b"index,n_neighbors\n3,8\n\0\0\0\0", 8),
    "no UTF-8": ("csv_row.sh", b"index,n_neighbors\n3,8\xff\n", "found '3,8"),
    "the same index twice": ("csv_row.sh", b"index,n_neighbors\n3,8\n3,8\n", "found '3,8"),
    "the same index twice, once damaged": ("csv_row.sh", b"index,n_neighbors\n3,8\n3,\n", "found '3,8"),
    "an empty cell": ("csv_row.sh", b"index,n_neighbors\n3,\n", "found '3,'"),
    "a field more": ("csv_row.sh", b"index,n_neighbors\n3,1,024\n", "found '3,1,024'"),
    "quotes": ("csv_row.sh", b'index,n_neighbors\n3,"8"\n', "found '3,\"8\"'"),
    "a fraction": ("csv_row.sh", b"index,n_neighbors\n3,0.8\n", "found '3,0.8'"),
    "a blank": ("csv_row.sh", b"index,n_neighbors\n3, 8\n", "found '3, 8'"),
    "semicolons": ("csv_row.sh", b"index;n_neighbors\n3;8\n", "found ''"),
    "no such index": ("csv_row.sh", b"index,n_neighbors\n1,3\n13,8\n33,9\n", "found ''"),
    "an empty file": ("csv_row.sh", b"", "found ''"),
    "a row of an old Mac": ("csv_row.sh", b"index,n_neighbors\n3,8\r4\n", "found '3,8"),
    "a row with lost bytes": ("csv_row.sh", b"index,n_neighbors\n3,1\0\0\n", "found '3,1"),
    "a line": ("line_of_file.sh", b"1\n2\n8\n16\n", 8),
    "a line at the end": ("line_of_file.sh", b"1\n2\n8", 8),
    "a line of Windows": ("line_of_file.sh", b"1\r\n2\r\n8\r\n16\r\n", 8),
    "another line that is no UTF-8": ("line_of_file.sh", b"1\n\xff\n8\n", 8),
    "NULs after the lines": ("line_of_file.sh", b"1\n2\n8\n\0\0\0", 8),
    "a line that is no UTF-8": ("line_of_file.sh", b"1\n2\n8\xff\n", "found '8"),
    "an empty line": ("line_of_file.sh", b"1\n2\n\n8\n", "found ''"),
    "an empty line of Windows": ("line_of_file.sh", b"1\r\n2\r\n\r\n8\r\n", "found ''"),
    "two numbers": ("line_of_file.sh", b"1\n2\n8 16\n", "found '8 16'"),
    "no such line": ("line_of_file.sh", b"1\n2\n", "found ''"),
    "two numbers of an old Mac": ("line_of_file.sh", b"1\n2\n8\r16\n", "found '8"),
    "a line with lost bytes": ("line_of_file.sh", b"1\n2\n1\0\0\n", "found '1"),
}


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
@pytest.mark.parametrize("what", FILES)
def test_k_is_right_or_refused(tmp_path, what, locale):
    script, data, expected = FILES[what]
    path = tmp_path / ("params.csv" if script == "csv_row.sh" else LIST)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    done = run(script, 3, tmp_path, locale)
    if isinstance(expected, int):
        assert (done.returncode, done.stdout, done.stderr) == (0, f"task 3: k={expected}\n", "")
    else:
        assert done.returncode != 0 and done.stdout == ""
        start = (
            "params.csv: expected one row 3,k, " if script == "csv_row.sh" else f"{LIST}, line 3: expected a number, "
        )
        # Bash may write $'...' for what cannot be shown.
        assert done.stderr.replace("found $'", "found '").startswith(start + expected)
        assert len(done.stderr.splitlines()) == 1


@settings(max_examples=100)
@given(
    st.lists(
        st.sampled_from([b"3,", b"8", b"16", b",", b"\n", b"\r\n", b"\r", b"\0", b"\xff", b" ", b'"']) | st.binary()
    )
)
@example([b"3,8\r4"])
@example([b"\n3,8\0\0\n"])
def test_whatever_the_file_holds_k_is_of_the_only_row_of_its_index(tmp_path_factory, parts):
    folder = tmp_path_factory.getbasetemp()
    data = b"".join(parts)
    (folder / "params.csv").write_bytes(data)
    done = run("csv_row.sh", 3, folder)
    rows = [line.removesuffix(b"\r") for line in data.split(b"\n") if line.startswith(b"3,")]
    if done.returncode == 0:
        [row] = rows
        k = re.fullmatch(rb"3,([0-9]+)", row)[1].decode()
        assert done.stdout == f"task 3: k={k}\n"
    else:
        assert done.stdout == "" and done.stderr
        # What can be a row is not refused.
        assert len(rows) != 1 or not re.fullmatch(rb"3,[0-9]+", rows[0])


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
