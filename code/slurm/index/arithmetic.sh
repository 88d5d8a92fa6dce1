#!/bin/bash
#SBATCH --job-name=index_arithmetic
#SBATCH --array=0-6
#SBATCH --time=00:01:00
#SBATCH --mem=100M
#SBATCH --output=%x_%A_%a.log

set -euo pipefail

# 0, 1, 2, ... becomes 1, 2, 4, ...
k=$((2 ** SLURM_ARRAY_TASK_ID))
echo "task $SLURM_ARRAY_TASK_ID: k=$k"
