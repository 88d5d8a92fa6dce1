#!/bin/bash
#SBATCH --job-name=stage
#SBATCH --time=00:05:00
#SBATCH --mem=100M
#SBATCH --cpus-per-task=1
#SBATCH --output=%x_%j.log

set -euo pipefail

# A new folder on the node's own disk. It goes when the script ends, however that is.
work=$(mktemp --directory "${TMPDIR:-/tmp}/stage.XXXXXX")
trap 'rm -rf "$work"' EXIT

# In: one large file is read from the shared disk, many small ones are made here.
tar --extract --file pieces.tar.gz --directory "$work"

# The work reads and writes on this disk only.
cat "$work"/pieces/* | sort > "$work/sorted.csv"

# Back: under a hidden name, then renamed, so that nobody reads a half of it.
cp "$work/sorted.csv" ".sorted.csv.$SLURM_JOB_ID"
mv ".sorted.csv.$SLURM_JOB_ID" sorted.csv
echo "wrote sorted.csv: $(wc -l < sorted.csv) lines"
