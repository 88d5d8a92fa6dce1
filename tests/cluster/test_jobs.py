"""Jobs on a real Slurm: the lesson's batch scripts as the pages type them, and what the pages say about failures."""

import re

import pytest
from practice import FOLDER, poll

pytestmark = [pytest.mark.cluster, pytest.mark.engine, pytest.mark.slow]

OTHERS = "--time=1 --mem=100M --output=%x_%A_%a.log"


# As if the power had failed: the daemon of a node, those of its jobs ($2), and what they run, without a last word.
KILL_NODE = """
set -e
kill -KILL "$(cat "/run/slurm/slurmd-$1.pid")"
pkill -KILL -f "^slurmstepd: \\[($2)\\."
for process in /proc/[0-9]*; do
    if tr '\\0' '\\n' <"$process/environ" 2>/dev/null | grep -qx "SLURMD_NODENAME=$1"; then
        kill -KILL "${process#/proc/}" || true
    fi
done
"""


def submit(cluster, options, **folder):
    return cluster.output(f"sbatch --parsable {options}", **folder)


@pytest.fixture(scope="module")
def overtime(cluster):
    """A job that will take longer than it may. Slurm counts in minutes: it runs while other tests do."""
    return submit(cluster, '--time=1 --output=overtime.log --job-name=overtime --wrap="sleep 600"')


def test_the_first_job_has_the_id_1(cluster):
    assert cluster.output("sbatch slurm/index/value.sh") == "Submitted batch job 1"
    assert set(cluster.wait("1", tasks=7).values()) == {"COMPLETED"}
    assert sorted(cluster.states("1")) == sorted(f"1_{k}" for k in (1, 2, 4, 8, 16, 32, 64))


def test_the_chain_makes_all_pictures_and_the_table(cluster, overtime):
    # As content/dependencies.md and content/collect.md type it.
    folder = cluster.fresh_folder("chain")
    cluster.run("apptainer exec knn.sif python python/scikit_example/array/create_parameter_array.py", folder=folder)
    script = "slurm/scikit_example"
    preprocess = submit(cluster, f"{script}/submit_preprocess.sh", folder=folder)
    options = f"--kill-on-invalid-dep=yes --dependency=afterok:{preprocess}"
    train = submit(cluster, f"{options} {script}/submit_parallel.sh", folder=folder)
    collect = submit(cluster, f"--dependency=afterany:{train} {script}/submit_collect.sh", folder=folder)
    states = cluster.wait(preprocess, train, collect, tasks=9)
    logs = cluster.output("tail -n +1 *.log", folder=folder)
    assert set(states.values()) == {"COMPLETED"}, logs
    assert sorted(states) == sorted([preprocess, *(f"{train}_{task}" for task in range(7)), collect])
    pictures = cluster.output("ls results/*.png", folder=folder).split()
    assert len(pictures) == 35
    table = cluster.output("cat scores.csv", folder=folder).splitlines()
    assert table[0] == "index,n_neighbors,metric,accuracy"
    assert len(table) == 36
    assert cluster.output(f"tail -n 1 knn_collect_{collect}.log", folder=folder) == "wrote scores.png"
    assert cluster.output(f"ls knn_array_{train}_?.log | wc -l", folder=folder) == "7"


def test_the_times_of_the_chain_prove_its_order(cluster):
    rows = cluster.output("sacct -X -n -P -o JobName,Start,End --name=knn_preprocess,knn_array,knn_collect")
    starts, ends = {}, {}
    for name, start, end in (line.split("|") for line in rows.splitlines()):
        starts[name] = min(start, starts.get(name, start))
        ends[name] = max(end, ends.get(name, end))
    assert ends["knn_preprocess"] <= starts["knn_array"]
    assert ends["knn_array"] <= starts["knn_collect"]


def test_one_job_makes_everything(cluster):
    folder = cluster.fresh_folder("one")
    job = submit(cluster, "slurm/scikit_example/submit_job.sh", folder=folder)
    assert cluster.wait(job) == {job: "COMPLETED"}, cluster.output("cat *.log", folder=folder)
    last = cluster.output(f"tail -n 1 knn_all_{job}.log", folder=folder)
    assert last == "wrote 35 pictures and results/scores.json"
    assert cluster.output("ls results/*.png | wc -l", folder=folder) == "35"
    memory = cluster.output(f"sacct -n -P -j {job}.batch -o MaxRSS")
    assert re.fullmatch(r"\d+K", memory) and int(memory[:-1]) > 50_000


def test_the_submission_script_makes_everything(cluster):
    folder = cluster.fresh_folder("script")
    cluster.run("apptainer exec knn.sif python python/scikit_example/preprocess.py", folder=folder)
    cluster.run("python3 python/scikit_example/parameters/submit.py", folder=folder)
    ids = cluster.output("cut -d, -f1 jobs.csv", folder=folder).split()
    assert len(ids) == 7
    assert set(cluster.wait(*ids).values()) == {"COMPLETED"}
    assert cluster.output("ls results/scores_k*.json | wc -l", folder=folder) == "7"
    assert cluster.output("ls results/*.png | wc -l", folder=folder) == "35"


def test_a_killed_node_loses_no_task(cluster):
    """The tasks of a node that is gone start again on another one."""
    # The first time a task waits to be killed, the second time it does not.
    work = '[ -n "$SLURM_RESTART_COUNT" ] || sleep 40; echo done'
    array = submit(cluster, f"--array=0-7 --job-name=killed {OTHERS} --wrap='{work}'")
    on_n2 = f"squeue -h -r -j {array} -t R -w n2 -o '%i %A'"
    lost = poll(lambda: cluster.output(on_n2).splitlines(), 120, "a task on n2")
    tasks, ids = zip(*(line.split() for line in lost), strict=True)
    cluster.as_root("sh", "-c", KILL_NODE, "sh", "n2", "|".join(ids))
    try:
        poll(lambda: cluster.output("sinfo -h -n n2 -o %t").startswith("down"), 120, "n2 is down")
        states = cluster.wait(array, tasks=8)
        assert len(states) == 8 and set(states.values()) == {"COMPLETED"}
        assert cluster.output(f"cat killed_{array}_*.log | grep -c done") == "8"
        runs = [line.split("|") for line in cluster.output(f"sacct -X -n -P -D -j {array} -o JobID,State").splitlines()]
        assert {task for task, state in runs if state != "COMPLETED"} == set(tasks), runs
    finally:
        cluster.as_root("slurmd", "-N", "n2")
        poll(lambda: cluster.output("sinfo -h -n n2 -p short -o %t") in ("idle", "mix", "alloc"), 120, "n2 is back")


def test_a_restarted_controller_loses_no_task(cluster):
    array = submit(cluster, f'--array=0-15 --job-name=restarted {OTHERS} --wrap="sleep 2; echo done"')
    poll(lambda: cluster.output(f"squeue -h -r -j {array} -t R -o %i"), 120, "a running task")
    cluster.as_root("sh", "-c", "kill -KILL $(cat /run/slurm/slurmctld.pid)")
    assert cluster.run("squeue", check=False).returncode != 0
    cluster.as_root("slurmctld")
    states = cluster.wait(array, tasks=16)
    assert len(states) == 16 and set(states.values()) == {"COMPLETED"}
    assert cluster.output("cat restarted_*.log | grep -c done") == "16"


def test_a_failed_task_holds_back_what_depends_on_the_array(cluster):
    array = submit(cluster, f'--array=0-6 --job-name=seven {OTHERS} --wrap="[ \\$SLURM_ARRAY_TASK_ID != 3 ]"')
    stays = submit(cluster, f'--dependency=afterok:{array} {OTHERS} --wrap="true"')
    cancelled = submit(cluster, f'--kill-on-invalid-dep=yes --dependency=afterok:{array} {OTHERS} --wrap="true"')
    states = cluster.wait(array, tasks=7)
    assert {task for task, state in states.items() if state == "FAILED"} == {f"{array}_3"}
    assert sorted(states.values()) == ["COMPLETED"] * 6 + ["FAILED"]
    reason = f"squeue -h -j {stays} -o %r"
    poll(lambda: cluster.output(reason) == "DependencyNeverSatisfied", 120, "the reason of the job that stays")
    assert cluster.wait(cancelled) == {cancelled: "CANCELLED"}
    assert cluster.output(f"squeue -h -j {stays} -o %T") == "PENDING"
    cluster.run(f"scancel {stays}")


def test_an_option_after_the_script_is_lost(cluster):
    job = submit(cluster, '--job-name=first --output=first.log --time=1 --hold --wrap="true"')
    cluster.run("printf '#!/bin/bash\\n#SBATCH --time=1\\n#SBATCH --output=lost.log\\necho \"$@\"\\n' >lost.sh")
    lost = submit(cluster, f"lost.sh --dependency=afterok:{job} --hold")
    assert cluster.wait(lost) == {lost: "COMPLETED"}
    assert cluster.output("cat lost.log") == f"--dependency=afterok:{job} --hold"
    kept = submit(cluster, f"--dependency=afterok:{job} lost.sh")
    poll(lambda: cluster.output(f"squeue -h -j {kept} -o %r") == "Dependency", 120, "the reason of the job")
    cluster.run(f"scancel {kept} {job}")


def test_a_greedy_job_ends_out_of_memory(cluster):
    if "cgroup" not in cluster.status()["limits"]:
        pytest.skip("no cgroup here: memory limits are not enforced")
    greedy = 'python3 -c "x = bytearray(300_000_000); print(len(x))"'
    options = "--time=1 --job-name=greedy --output=greedy.log"
    job = submit(cluster, f"{options} --mem=100M --wrap='{greedy}'")
    assert cluster.wait(job) == {job: "OUT_OF_MEMORY"}
    log = cluster.output("cat greedy.log")
    assert "oom_kill" in log or "oom-kill" in log or "Out Of Memory" in log
    enough = submit(cluster, f"{options} --mem=500M --wrap='{greedy}'")
    assert cluster.wait(enough) == {enough: "COMPLETED"}


def test_wrong_account_and_wrong_partition_are_refused(cluster):
    for option, message in (
        ("--account=lessons", "Invalid account or account/partition combination specified"),
        ("--partition=shorts", "invalid partition specified: shorts"),
    ):
        refused = cluster.run(f'sbatch {option} --wrap="true"', check=False)
        assert refused.returncode == 1
        assert message in refused.stderr
    right = submit(cluster, f'--account=lesson --partition=long {OTHERS} --wrap="true"')
    assert cluster.wait(right) == {right: "COMPLETED"}
    # The database learns the partition of a job this short a moment after its end.
    row = f"sacct -X -n -P -j {right} -o Account,Partition,User"
    poll(lambda: cluster.output(row) == "lesson|long|learner", 120, "the row of the job")


def test_the_short_partition_has_a_limit_of_one_hour(cluster):
    assert cluster.output("sinfo -h -o '%P %l'").splitlines() == ["short* 1:00:00", "long 7-00:00:00"]
    too_long = submit(cluster, '--time=61 --output=/dev/null --wrap="true"')
    poll(lambda: cluster.output(f"squeue -h -j {too_long} -o %r") == "PartitionTimeLimit", 120, "the reason")
    cluster.run(f"scancel {too_long}")


def test_the_image_runs_as_learner_with_a_folder_that_is_read_only(cluster):
    cluster.run("mkdir -p input && touch input/a-file")
    inside = "id -un; ls /data; touch /data/new"
    cluster.run(f"printf '#!/bin/bash\\napptainer exec --bind input:/data:ro knn.sif sh -c \"{inside}\"\\n' >read.sh")
    job = submit(cluster, "--time=1 --output=read.log read.sh")
    assert cluster.wait(job) == {job: "FAILED"}
    user, file, refusal = cluster.output("cat read.log").splitlines()
    assert (user, file) == ("learner", "a-file")
    assert "Read-only file system" in refusal
    python = "import sklearn, sys; print(sys.version_info[:2])"
    assert cluster.output(f"singularity exec knn.sif python -c '{python}'") == "(3, 13)"


def test_the_dockerfile_is_built_and_run_as_the_page_types_it(cluster):
    # As content/container.md types it, with a folder of learner's mounted.
    folder = cluster.fresh_folder("docker")
    built = cluster.run("docker build --tag knn container", folder=folder, timeout=600)
    assert "Successfully tagged localhost/knn:latest" in built.stdout + built.stderr
    for script in ("knn_iris.py", "preprocess.py"):  # the notebook's, and the first one that it became
        script = f"python/scikit_example/{script}"
        ran = cluster.output(f'docker run --rm -v "$PWD:/lesson" -w /lesson knn python {script}', folder=folder)
    assert ran == "wrote data/iris_split.npz: 100 training samples, 50 test samples"
    assert cluster.output("stat -c %U data/iris_split.npz", folder=folder) == "learner"
    assert cluster.output("docker run --rm knn python --version").startswith("Python 3.13")
    cluster.run("docker save --output knn.tar knn && apptainer build new.sif docker-archive:knn.tar", folder=folder)
    version = cluster.output(
        "apptainer exec new.sif python -c 'import sklearn; print(sklearn.__version__)'", folder=folder
    )
    assert f"scikit-learn=={version}" in cluster.output("cat container/requirements.txt")


def test_a_thousand_tasks_are_known_once_each(cluster):
    array = submit(cluster, '--array=1-1000 --job-name=thousand --time=1 --mem=10M --output=/dev/null --wrap="true"')
    states = cluster.wait(array, tasks=1000)
    assert set(states) == {f"{array}_{task}" for task in range(1, 1001)}
    assert set(states.values()) == {"COMPLETED"}
    rows = cluster.output(f"sacct -X -n -P -j {array} -o JobID").split()
    assert len(rows) == 1000


def test_a_job_that_takes_longer_than_it_may_is_ended(cluster, overtime):
    assert cluster.wait(overtime) == {overtime: "TIMEOUT"}
    assert "DUE TO TIME LIMIT" in cluster.output("cat overtime.log")


def test_learner_is_not_root_and_sees_nothing_of_the_machine(cluster):
    assert cluster.output("id -un; id -u").split() == ["learner", "2000"]
    names = cluster.output("env | cut -d= -f1").split()
    assert not [name for name in names if name.startswith(("PYTEST", "PIP", "SLURM", "VIRTUAL_ENV"))]
    assert cluster.run("sudo true", check=False).returncode != 0
    assert cluster.output("pwd") == f"/home/learner/{FOLDER}"
