#!/bin/bash
#SBATCH --job-name=cities
#SBATCH --array=0-11
#SBATCH --time=00:05:00
#SBATCH --mem=100M
#SBATCH --cpus-per-task=1
#SBATCH --output=%x_%A_%a.log

# ---- your site's own lines: see your HPC centre's documentation ----
##SBATCH --account=PROJECT
##SBATCH --partition=PARTITION
# module load apptainer
# --------------------------------------------------------------------

set -euo pipefail

apptainer exec knn.sif python -u solutions/python/long_code_for_index.py "$SLURM_ARRAY_TASK_ID"
