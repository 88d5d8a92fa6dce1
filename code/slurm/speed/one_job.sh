#!/bin/bash
#SBATCH --job-name=one_job
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

# One thread in each process: see "Threads and random numbers".
export OMP_NUM_THREADS=1

# All 35 runs, as many at a time as the job has cores.
apptainer exec knn.sif python -u python/speed/score.py 0 35 "$@" \
    --processes "${SLURM_CPUS_PER_TASK:-1}"
