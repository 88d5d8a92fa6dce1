#!/bin/bash
#SBATCH --job-name=search
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

# As many processes as the job has cores, and one thread in each.
export OMP_NUM_THREADS=1
apptainer exec knn.sif python -u python/threads/search.py \
    --n-jobs "${SLURM_CPUS_PER_TASK:-1}"
