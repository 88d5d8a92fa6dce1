#!/bin/bash
#SBATCH --job-name=too_late
#SBATCH --output=%x_%j.log

set -euo pipefail

#SBATCH --time=1
#SBATCH --mem=200M
squeue --jobs="$SLURM_JOB_ID" --noheader --format="asked for %m and %l"
