#!/bin/bash
#SBATCH --job-name=knn_collect
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

apptainer exec knn.sif python -u python/collection.py results scores.csv \
    --param-file params.csv
apptainer exec knn.sif python -u python/plot_scores.py scores.csv scores.png
