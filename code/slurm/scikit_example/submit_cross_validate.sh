#!/bin/bash
#SBATCH --job-name=cv
#SBATCH --time=00:10:00
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

# "$@" stands for everything that comes after the name of this script.
apptainer exec knn.sif python -u python/scikit_example/cross_validate.py "$@"
