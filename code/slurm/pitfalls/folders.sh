#!/bin/bash
#SBATCH --job-name=folders
#SBATCH --array=0-6
#SBATCH --time=00:02:00
#SBATCH --mem=100M
#SBATCH --output=%x_%A_%a.log

set -euo pipefail

mkdir -p "by_job/$SLURM_JOB_ID" "by_array/$SLURM_ARRAY_JOB_ID"
touch "by_job/$SLURM_JOB_ID/result_$SLURM_ARRAY_TASK_ID"
touch "by_array/$SLURM_ARRAY_JOB_ID/result_$SLURM_ARRAY_TASK_ID"
