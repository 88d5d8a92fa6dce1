#!/bin/bash
#SBATCH --job-name=index_grid
#SBATCH --array=0-34
#SBATCH --time=00:01:00
#SBATCH --mem=100M
#SBATCH --output=%x_%A_%a.log

set -euo pipefail

# Every k with every metric: the index is split into a row and a column of the grid.
# Blanks between the values, no commas; --array has one index for each pair.
counts=(1 2 4 8 16 32 64)
metrics=(euclidean manhattan chebyshev canberra cosine)
k=${counts[SLURM_ARRAY_TASK_ID / ${#metrics[@]}]}
metric=${metrics[SLURM_ARRAY_TASK_ID % ${#metrics[@]}]}
echo "task $SLURM_ARRAY_TASK_ID: k=$k metric=$metric"
