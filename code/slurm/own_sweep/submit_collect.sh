#!/bin/bash
#SBATCH --job-name=epidemic_collect
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

folder=${1:?which folder has the sweep.csv and the results?}
table=${2:?which table is to be written?}
apptainer exec knn.sif python -u python/collection.py "$folder" "$table" \
    --param-file "$folder/sweep.csv"
