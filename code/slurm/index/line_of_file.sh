#!/bin/bash
#SBATCH --job-name=index_line_of_file
#SBATCH --array=1-7
#SBATCH --time=00:01:00
#SBATCH --mem=100M
#SBATCH --output=%x_%A_%a.log

set -euo pipefail

# sed counts lines from 1, so this array starts at 1. Bytes that are no text (tr) are
# refused below: the shell would leave them out.
list=slurm/index/neighbors.txt
k=$(sed -n "${SLURM_ARRAY_TASK_ID}p" "$list" | tr '\0' '?')
k=${k%$'\r'} # which Windows leaves at the end
if ! [[ $k =~ ^[0-9]+$ ]]; then
    echo "$list, line $SLURM_ARRAY_TASK_ID: expected a number, found ${k@Q}" >&2
    exit 1
fi
echo "task $SLURM_ARRAY_TASK_ID: k=$k"
