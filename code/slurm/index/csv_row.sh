#!/bin/bash
#SBATCH --job-name=index_csv_row
#SBATCH --array=0-6
#SBATCH --time=00:01:00
#SBATCH --mem=100M
#SBATCH --output=%x_%A_%a.log

set -euo pipefail

# The row that starts with the index; its second column is k. Bytes that are no text
# (-a, tr) make a row that is refused, and not a row that the shell mends by itself.
row=$(grep -a "^$SLURM_ARRAY_TASK_ID," params.csv | tr '\0' '?') || true
row=${row%$'\r'} # which Windows leaves at the end
if ! [[ $row =~ ^[0-9]+,([0-9]+)$ ]]; then
    echo "params.csv: expected one row $SLURM_ARRAY_TASK_ID,k, found ${row@Q}" >&2
    exit 1
fi
k=${BASH_REMATCH[1]}
echo "task $SLURM_ARRAY_TASK_ID: k=$k"
