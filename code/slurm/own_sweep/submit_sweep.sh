#!/bin/bash
#SBATCH --job-name=epidemic
#SBATCH --array=0-5
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

# Task 0 does the rows 0 to 3, task 1 the rows 4 to 7, and so on.
rows=${1:?how many rows does a task do?}
folder=${2:?which folder has the sweep.csv of this sweep?}
first=$((SLURM_ARRAY_TASK_ID * rows))
apptainer exec knn.sif python -u python/own_sweep/epidemic.py "$first" "$rows" "$folder"
