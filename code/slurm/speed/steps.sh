#!/bin/bash
#SBATCH --job-name=steps
#SBATCH --ntasks=2
#SBATCH --time=00:10:00
#SBATCH --mem-per-cpu=1G
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

# seq prints where each chunk of 5 runs begins. xargs starts a command for each of these
# numbers, as many at a time as the job has tasks, and srun gives each command its own core.
# If one of them fails, xargs fails too, and so does the job.
seq 0 5 34 | xargs --max-procs="$SLURM_NTASKS" --replace=FIRST \
    srun --ntasks=1 --exact \
    apptainer exec knn.sif python -u python/speed/score.py FIRST 5 "$@"
