"""Cross-validate with each of some neighbour counts: each is a task of a job array.

python python/with_submitit.py 1 2 4
"""

import sys

import submitit
from sklearn.datasets import load_iris
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

METRICS = ["euclidean", "manhattan", "chebyshev", "canberra", "cosine"]
COLUMNS = [0, 1]  # sepal length and sepal width


def cross_validate(k):
    """Return the mean accuracy for each metric: this runs in a task."""
    iris = load_iris()
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    accuracies = {}
    for metric in METRICS:
        model = make_pipeline(StandardScaler(), KNeighborsClassifier(k, metric=metric))
        scores = cross_val_score(
            model, iris.data[:, COLUMNS], iris.target, cv=folds, error_score="raise"
        )
        accuracies[metric] = float(scores.mean())
    return accuracies


counts = [int(word) for word in sys.argv[1:]]
if not counts:
    sys.exit("which neighbour counts?")

executor = submitit.AutoExecutor(folder="submitit_logs")
executor.update_parameters(
    name="knn_submitit",
    timeout_min=5,
    mem_gb=1,
    cpus_per_task=1,
    slurm_array_parallelism=8,  # so many tasks at a time
    # ---- your site's own lines: see your HPC centre's documentation ----
    # slurm_account="PROJECT",
    # slurm_partition="PARTITION",
)
jobs = executor.map_array(cross_validate, counts)
print(f"Submitted batch job {jobs[0].job_id.split('_')[0]}")

failed = []
for k, job in zip(counts, jobs, strict=True):
    error = job.exception()  # waits until the task has ended
    if error:
        failed.append(k)
        print(f"k={k}: failed, see its file in submitit_logs")
    else:
        best = max(job.result(), key=job.result().get)
        print(f"k={k}: {job.result()[best]:.3f} with {best}")
if failed:
    sys.exit(f"once more: python {sys.argv[0]} {' '.join(map(str, failed))}")
