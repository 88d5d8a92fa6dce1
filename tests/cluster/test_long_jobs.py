"""Jobs on a real Slurm that take a minute or more: each of these tests may run beside the others."""

import pytest

pytestmark = [pytest.mark.cluster, pytest.mark.engine, pytest.mark.slow]


def test_the_dockerfile_is_built_and_run_as_the_page_types_it(cluster):
    # As content/container.md types it, with a folder of learner's mounted.
    folder = cluster.fresh_folder("docker")
    built = cluster.run("docker build --tag knn container", folder=folder, timeout=600)
    assert "Successfully tagged localhost/knn:latest" in built.stdout + built.stderr
    script = "python/scikit_example/preprocess.py"
    ran = cluster.output(f'docker run --rm -v "$PWD:/lesson" -w /lesson knn python {script}', folder=folder)
    assert ran == "wrote data/iris_split.npz: 100 training, 50 test samples"
    assert cluster.output("stat -c %U data/iris_split.npz", folder=folder) == "learner"
    assert cluster.output("docker run --rm knn python --version").startswith("Python 3.13")
    cluster.run("docker save --output knn.tar knn && apptainer build new.sif docker-archive:knn.tar", folder=folder)
    version = cluster.output(
        "apptainer exec new.sif python -c 'import sklearn; print(sklearn.__version__)'", folder=folder
    )
    assert f"scikit-learn=={version}" in cluster.output("cat container/requirements.txt")


def test_a_thousand_tasks_are_known_once_each(cluster):
    array = cluster.submit('--array=1-1000 --job-name=thousand --time=1 --mem=10M --output=/dev/null --wrap="true"')
    states = cluster.wait(array, tasks=1000)
    assert set(states) == {f"{array}_{task}" for task in range(1, 1001)}
    assert set(states.values()) == {"COMPLETED"}
    rows = cluster.output(f"sacct -X -n -P -j {array} -o JobID").split()
    assert len(rows) == 1000


def test_a_job_that_takes_longer_than_it_may_is_ended(cluster):
    # Slurm counts in minutes.
    job = cluster.submit('--time=1 --output=overtime.log --job-name=overtime --wrap="sleep 600"')
    assert cluster.wait(job) == {job: "TIMEOUT"}
    assert "DUE TO TIME LIMIT" in cluster.output("cat overtime.log")
