#!/bin/bash
#SBATCH --job-name=chunks
#SBATCH --array=0-6
#SBATCH --time=00:10:00
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

# One thread in each process: see "Threads and random numbers".
export OMP_NUM_THREADS=1

# Task 0 does the runs 0 to 4, task 1 the runs 5 to 9, and so on.
# 35 runs in chunks of 5 are 7 tasks: change size and --array together.
size=5
first=$((SLURM_ARRAY_TASK_ID * size))
apptainer exec knn.sif python -u python/speed/score.py "$first" "$size" "$@"
