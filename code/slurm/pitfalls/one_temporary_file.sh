#!/bin/bash
#SBATCH --job-name=one_temporary_file
#SBATCH --array=0-6
#SBATCH --time=00:02:00
#SBATCH --mem=100M
#SBATCH --output=%x_%A_%a.log

set -euo pipefail

echo "$SLURM_ARRAY_TASK_ID" > work.tmp
sleep 10
echo "task $SLURM_ARRAY_TASK_ID reads what task $(cat work.tmp) wrote"
