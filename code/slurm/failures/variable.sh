#!/bin/bash
#SBATCH --job-name=variable
#SBATCH --output=$USER_%x.log
#SBATCH --time=1

echo "I am $USER"
