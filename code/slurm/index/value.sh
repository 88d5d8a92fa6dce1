#!/bin/bash
#SBATCH --job-name=index_value
#SBATCH --array=1,2,4,8,16,32,64
#SBATCH --time=00:01:00
#SBATCH --mem=100M
#SBATCH --output=%x_%A_%a.log

set -euo pipefail

# The index is the parameter itself.
k=$SLURM_ARRAY_TASK_ID
echo "task $SLURM_ARRAY_TASK_ID: k=$k"
