#!/bin/bash
#SBATCH --job-name=cores
#SBATCH --time=00:05:00
#SBATCH --mem=1G
#SBATCH --cpus-per-task=1
#SBATCH --output=%x_%j.log

# ---- your site's own lines: see your HPC centre's documentation ----
##SBATCH --account=PROJECT
##SBATCH --partition=PARTITION
# module load apptainer
# --------------------------------------------------------------------

# Stop at the first error, so that a failed step is not taken for a finished job.
set -euo pipefail

apptainer exec knn.sif python -u python/threads/cores.py
