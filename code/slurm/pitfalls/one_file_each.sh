#!/bin/bash
#SBATCH --job-name=one_file_each
#SBATCH --array=0-6
#SBATCH --time=00:02:00
#SBATCH --mem=100M
#SBATCH --output=%x_%A_%a.log

set -euo pipefail

# The same work. Nobody else writes this file.
sleep 10
echo "$SLURM_ARRAY_TASK_ID,done" > "rows/row_$SLURM_ARRAY_TASK_ID.csv"
