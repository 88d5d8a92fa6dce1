"""Jobs on a real Slurm: what the pages say of it and do not show. What they show, the walk types."""

import pytest
from bundle import skip_or_fail
from practice import FOLDER, poll

pytestmark = [pytest.mark.cluster, pytest.mark.engine, pytest.mark.slow]

OTHERS = "--time=1 --mem=100M --output=%x_%A_%a.log"


def test_an_array_has_the_tasks_that_its_script_names(cluster):
    job = cluster.submit("slurm/index/value.sh")
    states = cluster.wait(job, tasks=7)
    assert set(states.values()) == {"COMPLETED"}
    assert sorted(states) == sorted(f"{job}_{k}" for k in (1, 2, 4, 8, 16, 32, 64))


def test_a_failed_task_holds_back_what_depends_on_the_array(cluster):
    array = cluster.submit(f'--array=0-6 --job-name=seven {OTHERS} --wrap="[ \\$SLURM_ARRAY_TASK_ID != 3 ]"')
    stays = cluster.submit(f'--dependency=afterok:{array} {OTHERS} --wrap="true"')
    cancelled = cluster.submit(f'--kill-on-invalid-dep=yes --dependency=afterok:{array} {OTHERS} --wrap="true"')
    states = cluster.wait(array, tasks=7)
    assert {task for task, state in states.items() if state == "FAILED"} == {f"{array}_3"}
    assert sorted(states.values()) == ["COMPLETED"] * 6 + ["FAILED"]
    reason = f"squeue -h -j {stays} -o %r"
    poll(lambda: cluster.ask(reason) == "DependencyNeverSatisfied", 120, "the reason of the job that stays")
    assert cluster.wait(cancelled) == {cancelled: "CANCELLED"}
    after = cluster.submit(f'--dependency=afterany:{stays} {OTHERS} --wrap="true"')
    assert cluster.output(f"squeue -h -j {stays},{after} -o %T").split() == ["PENDING", "PENDING"]
    cluster.run(f"scancel {stays}")  # what waits for its end, well or not, starts
    assert cluster.wait(after) == {after: "COMPLETED"}


def test_an_option_after_the_script_is_lost(cluster):
    job = cluster.submit('--job-name=first --output=first.log --time=1 --hold --wrap="true"')
    cluster.run("printf '#!/bin/bash\\n#SBATCH --time=1\\n#SBATCH --output=lost.log\\necho \"$@\"\\n' >lost.sh")
    lost = cluster.submit(f"lost.sh --dependency=afterok:{job} --hold")
    assert cluster.wait(lost) == {lost: "COMPLETED"}
    assert cluster.output("cat lost.log") == f"--dependency=afterok:{job} --hold"
    kept = cluster.submit(f"--dependency=afterok:{job} lost.sh")
    poll(lambda: cluster.ask(f"squeue -h -j {kept} -o %r") == "Dependency", 120, "the reason of the job")
    cluster.run(f"scancel {kept} {job}")


def test_a_greedy_job_ends_out_of_memory(cluster):
    if "limits:      cgroup v" not in cluster.call("status").stdout:
        skip_or_fail("no usable cgroup here: memory limits are not enforced")
    greedy = 'python3 -c "x = bytearray(300_000_000); print(len(x))"'
    options = "--time=1 --job-name=greedy --output=greedy.log"
    job = cluster.submit(f"{options} --mem=100M --wrap='{greedy}'")
    assert cluster.wait(job) == {job: "OUT_OF_MEMORY"}
    log = cluster.output("cat greedy.log")
    assert "oom_kill" in log or "oom-kill" in log or "Out Of Memory" in log
    enough = cluster.submit(f"{options} --mem=500M --wrap='{greedy}'")
    assert cluster.wait(enough) == {enough: "COMPLETED"}


def test_wrong_account_and_wrong_partition_are_refused(cluster):
    for option, message in (
        ("--account=lessons", "Invalid account or account/partition combination specified"),
        ("--partition=shorts", "invalid partition specified: shorts"),
    ):
        refused = cluster.run(f'sbatch {option} --wrap="true"', check=False)
        assert refused.returncode == 1
        assert message in refused.stderr
    right = cluster.submit(f'--account=lesson --partition=long {OTHERS} --wrap="true"')
    assert cluster.wait(right) == {right: "COMPLETED"}
    # The database learns the partition of a job this short a moment after its end.
    row = f"sacct -X -n -P -j {right} -o Account,Partition,User"
    poll(lambda: cluster.ask(row) == "lesson|long|learner", 120, "the row of the job")


def test_the_short_partition_has_a_limit_of_one_hour(cluster):
    assert cluster.output("sinfo -h -o '%P %l'").splitlines() == ["short* 1:00:00", "long 7-00:00:00"]
    too_long = cluster.submit('--time=61 --output=/dev/null --wrap="true"')
    poll(lambda: cluster.ask(f"squeue -h -j {too_long} -o %r") == "PartitionTimeLimit", 120, "the reason")
    cluster.run(f"scancel {too_long}")


def test_the_image_runs_as_learner_with_a_folder_that_is_read_only(cluster):
    cluster.run("mkdir -p input && touch input/a-file")
    inside = "id -un; ls /data; touch /data/new"
    cluster.run(f"printf '#!/bin/bash\\napptainer exec --bind input:/data:ro knn.sif sh -c \"{inside}\"\\n' >read.sh")
    job = cluster.submit("--time=1 --output=read.log read.sh")
    assert cluster.wait(job) == {job: "FAILED"}
    user, file, refusal = cluster.output("cat read.log").splitlines()
    assert (user, file) == ("learner", "a-file")
    assert "Read-only file system" in refusal
    python = "import sklearn, sys; print(sys.version_info[:2])"
    assert cluster.output(f"singularity exec knn.sif python -c '{python}'") == "(3, 13)"


def test_learner_is_not_root_and_sees_nothing_of_the_machine(cluster):
    assert cluster.output("id -un; id -u").split() == ["learner", "2000"]
    names = cluster.output("env | cut -d= -f1").split()
    assert not [name for name in names if name.startswith(("PYTEST", "PIP", "SLURM", "VIRTUAL_ENV"))]
    assert cluster.run("sudo true", check=False).returncode != 0
    assert cluster.output("pwd") == f"/home/learner/{FOLDER}"


def test_a_job_that_its_node_could_not_start_is_held_until_it_is_released(cluster):
    """As the page `failures` says: no learner can break a node, so the page doesn't type it."""
    on_n2 = 'nsenter --mount --target "$(pgrep -o -f "^slurmd -N n2")" "$@"'
    spool = "/var/spool/slurmd-n2"
    cluster.as_root("sh", "-euc", on_n2, "sh", "mount", "-t", "tmpfs", "-o", "ro", "none", spool)
    try:
        job = cluster.submit("-w n2 --time=1 --mem=100M --output=/dev/null --wrap=true")
        reason = "launch failed requeued held"
        poll(lambda: cluster.ask(f"squeue -h -j {job} -o %r") == reason, 120, f"the reason: {reason}")
    finally:
        cluster.as_root("sh", "-euc", on_n2, "sh", "umount", spool)
    cluster.run(f"scontrol release {job}")
    assert cluster.wait(job) == {job: "COMPLETED"}


def test_tasks_that_were_cancelled_before_they_started_are_run_again(cluster):
    """They are one row of sacct, which cuts a long list unless it is told not to."""
    job = cluster.submit("--array=0-200:3,500 --hold --time=1 --mem=200M slurm/index/value.sh 4 second")
    cluster.run(f"scancel {job}")
    poll(lambda: "CANCELLED" in cluster.ask(f"sacct -X -n -P -j {job} -o State"), 120, "the accounting knows it")
    indices = ",".join(map(str, [*range(0, 200, 3), 500]))
    said = cluster.run(f"python3 python/run_again.py slurm/index/value.sh {job}", check=False)
    again = (f"sbatch --array={indices} slurm/index/value.sh 4 second  # CANCELLED\n", "")
    # The accounting of such a Slurm may have no indices of them; then it is refused, and nothing is guessed.
    refused = ("", f"no indices: sacct says {job}. Is {job} an array?\n")
    allowed = [again, refused] if cluster.output("sinfo --version") < "slurm-wlm 23" else [again]
    assert (said.stdout, said.stderr) in allowed
