#!/bin/bash
#SBATCH --job-name=offset
#SBATCH --array=0-3
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

# The indices of each array begin at 0. The first argument says which chunk that is.
offset=${1:?which chunk is that of task 0?}
size=5
first=$(((offset + SLURM_ARRAY_TASK_ID) * size))
apptainer exec knn.sif python -u python/speed/score.py "$first" "$size" "${@:2}"
