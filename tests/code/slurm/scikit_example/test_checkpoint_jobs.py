"""The batch scripts that put their job back into the queue, without a Slurm: stand-ins write down what was called."""

import os
import re
import signal
import subprocess
import time

import pytest
from bundle import CODE, HANG

SCRIPTS = ["submit_checkpoint.sh", "submit_checkpoint_array.sh"]
# What is put back into the queue. The last task of an array has the id of the array: by that, all would start again.
REQUEUED = {SCRIPTS[0]: "scontrol requeue 12", SCRIPTS[1]: "scontrol requeue 12_4"}
# What stands in for the container: it does what the variable PROGRAM says.
APPTAINER = """\
#!/bin/bash
echo "$*" >>calls
trap 'sleep 0.2; echo ended >>calls; exit 143' TERM
touch running
case $PROGRAM in
    waits) while :; do sleep 0.05; done ;;
    *) exit "$PROGRAM" ;;
esac
"""
SCONTROL = '#!/bin/bash\necho "scontrol $*" >>calls\nexit "${SCONTROL:-0}"\n'


@pytest.fixture
def job(tmp_path):
    """Start a batch script as Slurm does, with stand-ins for what it calls; return the process."""
    for name, text in {"apptainer": APPTAINER, "scontrol": SCONTROL}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    started = []

    def job(script, program, **env):
        path = f"{tmp_path}:{os.environ['PATH']}"
        ids = {"SLURM_JOB_ID": "12", "PROGRAM": program}
        if "array" in script:
            ids |= {"SLURM_ARRAY_JOB_ID": "12", "SLURM_ARRAY_TASK_ID": "4"}
        command = ["bash", CODE / "slurm/scikit_example" / script, "cosine", "40", "cv/a b.json"]
        process = subprocess.Popen(
            command,
            cwd=tmp_path,
            env={"PATH": path} | ids | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield job
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


@pytest.fixture
def warned(job, tmp_path):
    """Start a batch script, send it USR1 when its program runs; return it finished, and what was called."""

    def warned(script, **env):
        process = job(script, "waits", **env)
        end = time.monotonic() + HANG
        while not (tmp_path / "running").exists() and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.5)  # the trap is set after the program has started; Slurm sends it minutes later
        process.send_signal(signal.SIGUSR1)
        out, err = process.communicate(timeout=HANG)
        return process.returncode, out, err, (tmp_path / "calls").read_text().splitlines()[1:]

    return warned


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("code", [0, 3])
def test_a_program_that_ends_ends_the_job_with_its_code(job, tmp_path, script, code):
    process = job(script, str(code))
    out, err = process.communicate(timeout=HANG)
    assert (process.returncode, out, err) == (code, "start 1 of this job\n", "")
    [call] = (tmp_path / "calls").read_text().splitlines()
    assert re.fullmatch(r"exec knn\.sif python -u python/scikit_example/checkpoint/cross_validate\.py cosine .*", call)
    assert call.endswith(" cosine 40 cv/a b.json" if script == SCRIPTS[0] else " cosine 40 cv/cosine.json")


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("restarts", [None, "4"])
def test_before_the_time_is_up_the_program_ends_and_then_the_job_starts_again(warned, script, restarts):
    env = {"SLURM_RESTART_COUNT": restarts} if restarts else {}
    code, out, err, calls = warned(script, **env)
    assert (out, err) == (f"start {int(restarts or 0) + 1} of this job\n", "")
    # The program is gone before Slurm is asked. (What the script's code is, Slurm does not ask any more.)
    assert code != 0 and calls == ["ended", REQUEUED[script]]


@pytest.mark.parametrize("script", SCRIPTS)
def test_after_some_restarts_it_gives_up(warned, script):
    code, out, err, calls = warned(script, SLURM_RESTART_COUNT="5")
    assert (code, out, err, calls) == (1, "start 6 of this job\n", "gives up after 5 restarts\n", ["ended"])


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_job_that_slurm_does_not_take_back_has_failed(warned, script):
    code, _, _, calls = warned(script, SCONTROL="1")
    assert (code, calls) == (1, ["ended", REQUEUED[script]])


@pytest.mark.parametrize("script", SCRIPTS)
def test_slurm_warns_the_batch_script_keeps_the_log_and_may_start_again(script):
    given = re.findall(r"^#SBATCH (.*)$", (CODE / "slurm/scikit_example" / script).read_text(), re.MULTILINE)
    assert {"--signal=B:USR1@60", "--open-mode=append", "--requeue"} <= set(given)


def test_the_array_has_a_task_for_each_metric(job, tmp_path):
    text = (CODE / "slurm/scikit_example/submit_checkpoint_array.sh").read_text()
    [metrics] = re.findall(r"^metrics=\((.*)\)$", text, re.MULTILINE)
    [last] = re.findall(r"^#SBATCH --array=0-(\d+)$", text, re.MULTILINE)
    for index, metric in enumerate(metrics.split()):
        job("submit_checkpoint_array.sh", "0", SLURM_ARRAY_TASK_ID=str(index)).communicate(timeout=HANG)
        assert (tmp_path / "calls").read_text().endswith(f" {metric} 40 cv/{metric}.json\n")
    assert int(last) == index
    process = job("submit_checkpoint_array.sh", "0", SLURM_ARRAY_TASK_ID=str(index + 1))
    assert "unbound variable" in process.communicate(timeout=HANG)[1] and process.returncode == 1
