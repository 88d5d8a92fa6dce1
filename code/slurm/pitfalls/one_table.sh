#!/bin/bash
#SBATCH --job-name=one_table
#SBATCH --array=0-6
#SBATCH --time=00:02:00
#SBATCH --mem=100M
#SBATCH --output=%x_%A_%a.log

set -euo pipefail

# What `read, add a row, write` does in any language, with the work in between.
table=$(cat table.csv)
sleep 10
printf '%s\n%s\n' "$table" "$SLURM_ARRAY_TASK_ID,done" > table.csv
