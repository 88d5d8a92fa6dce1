#!/bin/bash
#SBATCH --job-name=uneven
#SBATCH --array=0-6
#SBATCH --time=00:01:00
#SBATCH --mem=200M
#SBATCH --cpus-per-task=1
#SBATCH --output=%x_%A_%a.log

# ---- your site's own lines: see your HPC centre's documentation ----
##SBATCH --account=PROJECT
##SBATCH --partition=PARTITION
# module load apptainer
# --------------------------------------------------------------------

# Stop at the first error, so that a failed step is not taken for a finished job.
set -euo pipefail

apptainer exec knn.sif python -u python/uneven.py "$SLURM_ARRAY_TASK_ID"
