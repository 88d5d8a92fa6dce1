#!/bin/bash
#SBATCH --job-name=misspelt
#SBATCH --array=0-6
#SBATCH --time=1
#SBATCH --output=%x_%a.log

counts=(1 2 4 8 16 32 64)
echo "k=${counts[$SLURM_ARRAY_TASKID]}"
