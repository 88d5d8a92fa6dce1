#!/bin/bash
#SBATCH --job-name=index_bash_array
#SBATCH --array=0-6
#SBATCH --time=00:01:00
#SBATCH --mem=100M
#SBATCH --output=%x_%A_%a.log

set -euo pipefail

# Bash counts from 0. Blanks between the values, no commas; --array has one index for each.
counts=(1 2 4 8 16 32 64)
k=${counts[SLURM_ARRAY_TASK_ID]}
echo "task $SLURM_ARRAY_TASK_ID: k=$k"
