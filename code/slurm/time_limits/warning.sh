#!/bin/bash
#SBATCH --job-name=warning
#SBATCH --time=00:02:00
#SBATCH --signal=B:USR1@60
#SBATCH --mem=100M
#SBATCH --output=%x_%j.log

set -euo pipefail

trap 'echo "USR1 came after $SECONDS seconds"; exit 0' USR1
sleep 300 &
wait
