"""The script that works on a node's local disk, without a Slurm: what comes back, and that nothing is left behind."""

import os
import signal
import subprocess
import time

import pytest
from bundle import CODE, HANG, snapshot

LINES = ["Oslo,Norway", "Bergen,Norway", "Äänekoski,Finland"]


@pytest.fixture
def job(tmp_path):
    """Start the script as Slurm does, in a folder beside the local disk of the node."""
    for name in ("shared", "disk", "pieces"):
        (tmp_path / name).mkdir()
    for number, line in enumerate(LINES):
        (tmp_path / "pieces" / str(number)).write_text(f"{line}\n", encoding="utf-8")
    archive = tmp_path / "shared/pieces.tar.gz"
    subprocess.run(["tar", "-czf", archive, "-C", tmp_path, "pieces"], check=True, timeout=HANG)

    def job():
        return subprocess.Popen(
            ["bash", CODE / "slurm/login_node/stage.sh"],
            cwd=tmp_path / "shared",
            env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path / "disk"), "SLURM_JOB_ID": "7", "LC_ALL": "C"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return job


def test_the_result_comes_back_and_the_local_disk_is_empty(job, tmp_path):
    process = job()
    assert process.communicate(timeout=HANG) == ("wrote sorted.csv: 3 lines\n", "")
    assert process.returncode == 0
    files = snapshot(tmp_path / "shared")
    assert sorted(files) == ["pieces.tar.gz", "sorted.csv"]
    assert files["sorted.csv"].decode().splitlines() == sorted(LINES, key=str.encode)
    assert not list((tmp_path / "disk").iterdir())


def test_a_damaged_archive_ends_it_and_the_old_result_stays(job, tmp_path):
    archive = tmp_path / "shared/pieces.tar.gz"
    archive.write_bytes(archive.read_bytes()[:-20])
    (tmp_path / "shared/sorted.csv").write_text("old\n")
    process = job()
    out, err = process.communicate(timeout=HANG)
    assert process.returncode == 2 and not out and "unexpected end of file" in err
    assert snapshot(tmp_path / "shared").keys() == {"pieces.tar.gz", "sorted.csv"}
    assert (tmp_path / "shared/sorted.csv").read_text() == "old\n"
    assert not list((tmp_path / "disk").iterdir())


def test_ended_by_slurm_it_leaves_nothing_on_the_local_disk_that_only_its_user_could_see(job, tmp_path):
    archive = tmp_path / "shared/pieces.tar.gz"
    archive.unlink()
    os.mkfifo(archive)  # nobody writes into it: the script waits
    process = job()
    end = time.monotonic() + HANG
    while not list((tmp_path / "disk").iterdir()) and time.monotonic() < end:
        time.sleep(0.01)
    [folder] = (tmp_path / "disk").iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    time.sleep(0.5)  # the trap is set after the folder was made; Slurm ends a job later
    os.killpg(process.pid, signal.SIGTERM)  # as Slurm does to all processes of a job
    process.communicate(timeout=HANG)
    assert process.returncode == -signal.SIGTERM
    assert not list((tmp_path / "disk").iterdir())
