#!/bin/bash
#SBATCH --job-name=own_seed
#SBATCH --array=0-2
#SBATCH --time=00:05:00
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

apptainer exec knn.sif python -u python/seeds/own_seed.py \
    --param-index "$SLURM_ARRAY_TASK_ID"
