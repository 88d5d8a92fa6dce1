#!/bin/bash
#SBATCH --job-name=knn_all
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

apptainer exec knn.sif python -u python/scikit_example/preprocess.py
apptainer exec knn.sif python -u python/scikit_example/train_and_plot.py
