#!/bin/bash
#SBATCH --job-name=index_csv_row
#SBATCH --array=0-6
#SBATCH --time=00:01:00
#SBATCH --mem=100M
#SBATCH --output=%x_%A_%a.log

set -euo pipefail

# The row that starts with the index; its second column is k.
if ! row=$(grep "^$SLURM_ARRAY_TASK_ID," params.csv); then
    echo "params.csv has no index $SLURM_ARRAY_TASK_ID" >&2
    exit 1
fi
k=$(echo "$row" | cut -d, -f2)
echo "task $SLURM_ARRAY_TASK_ID: k=$k"
