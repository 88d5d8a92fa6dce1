#!/bin/sh
# Writes each requirement file from the .in file beside it: exact versions with the hashes of their files, for Python
# 3.11 or newer on every system. Only packages that have wheels are taken: building one would run code without a hash.
#
# A version that is pinned stays. Options of uv say what becomes newer: tests/pins.sh --upgrade-package furo
set -eu
cd "$(dirname "$0")/.."

./venv.sh _build/uv tests/pins.txt
python=$PWD/_build/uv/bin/python

# In a copy: the files become new together, or none does.
rm -rf _build/pins
mkdir _build/pins
tar -cf - requirements.* book/requirements.* tests/requirements.* tests/pins.* code/*/requirements.txt | tar -xf - -C _build/pins
for name in requirements book/requirements tests/requirements tests/pins; do
    said=$(cd _build/pins && "$python" -m uv pip compile --quiet --no-cache --python "$python" --universal \
        --python-version 3.11 --fork-strategy fewest --only-binary :all: --emit-build-options --generate-hashes \
        --annotation-style line --custom-compile-command "make pins" "$@" "$name.in" -o "$name.txt" 2>&1 >/dev/null) || {
        echo "make pins: no file was changed, because of $name.in: $(echo "$said" | tr -s ' \n' ' ')" >&2
        exit 1
    }
done
for name in requirements book/requirements tests/requirements tests/pins; do
    mv "_build/pins/$name.txt" "$name.txt"
done
