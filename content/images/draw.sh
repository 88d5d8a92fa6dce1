#!/bin/sh
# Draws the pictures of the pages with the learner's own scripts: content/images/draw.sh PYTHON FOLDER
set -eu
python=$1
target=$2
code=$(cd "$(dirname "$0")/../../code/python" && pwd)
measured=$(cd "$(dirname "$0")/../measured" && pwd)

# A few points are as near to one class as to another. There a processor with AVX-512 would draw another picture than
# all others, because it adds in another order.
export OPENBLAS_CORETYPE=Haswell

here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
"$python" "$code/scikit_example/preprocess.py"
"$python" "$code/scikit_example/array/create_parameter_array.py"
for index in 0 1 2 3 4 5 6; do
    "$python" "$code/scikit_example/array/train_and_plot.py" --param-index "$index"
done
"$python" "$code/collection.py" results scores.csv --param-file params.csv
"$python" "$code/plot_scores.py" scores.csv scores.png
"$python" "$code/own_sweep/create_sweep.py" epidemic
"$python" "$code/own_sweep/epidemic.py" 0 24 epidemic
"$python" "$code/collection.py" epidemic epidemic.csv --param-file epidemic/sweep.csv
"$python" "$code/plot_scores.py" epidemic.csv epidemic.png --x risk --y contacts --value infected --mean
"$python" "$code/timeline.py" "$measured/array.txt" array.png
"$python" "$measured/draw.py" "$measured/speed.csv" speed.png

# A page loads a third of the bytes: no colour is lost that an eye could tell from its neighbours.
"$python" - "$target" scores.png results/knn_euclidean_01.png results/knn_euclidean_16.png \
    results/knn_euclidean_64.png epidemic.png array.png speed.png <<'END'
import sys
from pathlib import Path

from PIL import Image

for name in sys.argv[2:]:
    few = Image.open(name).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(Path(sys.argv[1], Path(name).stem + ".webp"), lossless=True, quality=100)
END
