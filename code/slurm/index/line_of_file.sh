#!/bin/bash
#SBATCH --job-name=index_line_of_file
#SBATCH --array=1-7
#SBATCH --time=00:01:00
#SBATCH --mem=100M
#SBATCH --output=%x_%A_%a.log

set -euo pipefail

# sed counts lines from 1, so this array starts at 1.
k=$(sed -n "${SLURM_ARRAY_TASK_ID}p" slurm/index/neighbors.txt)
if [ -z "$k" ]; then
    echo "slurm/index/neighbors.txt has no line $SLURM_ARRAY_TASK_ID" >&2
    exit 1
fi
echo "task $SLURM_ARRAY_TASK_ID: k=$k"
