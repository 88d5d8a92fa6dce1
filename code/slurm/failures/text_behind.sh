#!/bin/bash
#SBATCH --job-name=text_behind
#SBATCH --time=1 minute
#SBATCH --mem=200M

echo "works"
