#!/bin/bash
#SBATCH --job-name=knn_env
#SBATCH --array=0-6
#SBATCH --time=00:05:00
#SBATCH --mem=1G
#SBATCH --cpus-per-task=1
#SBATCH --output=%x_%A_%a.log

# ---- your site's own lines: see your HPC centre's documentation ----
##SBATCH --account=PROJECT
##SBATCH --partition=PARTITION
# module load python
# --------------------------------------------------------------------

# Stop at the first error, so that a failed step is not taken for a finished job.
set -euo pipefail

# The first argument is the folder of an environment: no container is needed.
environment=${1:?which environment?}
"$environment/bin/python" -u python/scikit_example/array/train_and_plot.py \
    --param-index "$SLURM_ARRAY_TASK_ID"
