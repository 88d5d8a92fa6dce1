#!/bin/bash
#SBATCH --job-name=cv_array
#SBATCH --array=0-4
#SBATCH --time=00:10:00
#SBATCH --signal=B:USR1@60
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --mem=1G
#SBATCH --cpus-per-task=1
#SBATCH --output=%x_%A_%a.log

# ---- your site's own lines: see your HPC centre's documentation ----
##SBATCH --account=PROJECT
##SBATCH --partition=PARTITION
# module load apptainer
# --------------------------------------------------------------------

# Stop at the first error, so that a failed step is not taken for a finished job.
set -euo pipefail

# How often Slurm has started this job again, and how often it may.
restarts=${SLURM_RESTART_COUNT:-0}
most_restarts=5
echo "start $((restarts + 1)) of this job"

# The time is nearly up: end the program, and put the job back into the queue.
start_again() {
    kill "$program" || true
    wait "$program" || true
    if ((restarts >= most_restarts)); then
        echo "gives up after $restarts restarts" >&2
        exit 1
    fi
    scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
}

# Each task has its own metric, and so its own result and its own checkpoint.
metrics=(euclidean manhattan chebyshev canberra cosine)
metric=${metrics[SLURM_ARRAY_TASK_ID]}
apptainer exec knn.sif python -u python/scikit_example/checkpoint/cross_validate.py \
    "$metric" 40 "cv/$metric.json" &
program=$!
trap start_again USR1
wait "$program"
