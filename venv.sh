#!/bin/sh
# Makes the virtual environment DIR, with pip in it, and installs a compiled requirement file: ./venv.sh DIR REQUIREMENTS
#
# DIR/pins records which files are installed, with their checksums. A file that is not yet there is installed on top.
# After a change of one that is, and after a set-up that failed or was interrupted, DIR is made anew: no leftovers.
# PYTHON=/path/to/python3 chooses the interpreter (3.11 or newer).
set -eu
unset PYTHONHOME PYTHONPATH

die() {
    echo "venv.sh: $*" >&2
    exit 1
}

# Is DIR a whole environment, of the interpreter asked for, and are its requirement files as they were?
sound() {
    [ -s "$dir/pins" ] && "$dir/bin/python" -c '' 2>/dev/null || return 1
    [ -z "${PYTHON:-}" ] || [ "$("$PYTHON" -c "$which")" = "$("$dir/bin/python" -c "$which")" ] || return 1
    while read -r sum size installed; do
        [ -r "$installed" ] && [ "$(cksum <"$installed")" = "$sum $size" ] || return 1
    done <"$dir/pins"
}

# Debian and Ubuntu take ensurepip, and with it pip, out of python3. Nothing else that is there can install a package, and
# to load pip itself we would have to know an index. So Debian's package with pip's wheel is unpacked aside: apt knows
# where it is and checks its signature, and with lists of its own needs no root and changes nothing on the system.
pip_from_debian() {
    command -v apt-get >/dev/null ||
        die "$python has no module ensurepip (and this is no Debian): install it, or set PYTHON to a python3 that has it"
    mkdir -p "$tmp/lists/partial" "$tmp/archives/partial"
    (
        cd "$tmp"
        set -- -qq -o Dir::State::Lists="$tmp/lists" -o Dir::Cache="$tmp"
        # One source that doesn't answer does no harm when another has the package: only the download's outcome counts.
        apt-get "$@" update || true
        apt-get "$@" download python3-pip-whl && dpkg-deb -x python3-pip-whl_*.deb .
    ) >"$tmp/log" 2>&1 ||
        die "apt-get could not fetch python3-pip-whl (is there a network?): $(grep '^E:' "$tmp/log" | tail -n 1)"
    set -- "$tmp"/usr/share/python-wheels/pip-*.whl
    # What ensurepip does: pip, run out of its wheel, installs that wheel.
    PYTHONPATH=$1 "$dir/bin/python" -m pip install -q --no-index --disable-pip-version-check "$1" >"$tmp/log" 2>&1 ||
        die "pip could not be set up: $(tail -n 1 "$tmp/log")"
}

[ $# -eq 2 ] || die "usage: ./venv.sh DIR REQUIREMENTS"
dir=$1
file=$2
which='import sys; print(sys.base_prefix, sys.version)'
[ -r "$file" ] || die "no such file: $file"

sound || rm -rf "$dir"
if grep -qs " $file\$" "$dir/pins"; then exit 0; fi

tmp=$(mktemp -d)
done=
# What is half-made is taken away at once, or by `sound` at the next call when there is no time even for that.
trap '[ -n "$done" ] || rm -rf "$dir"; rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [ -d "$dir" ]; then
    mv "$dir/pins" "$tmp/pins"
else
    python=${PYTHON:-python3}
    command -v "$python" >/dev/null || die "no $python here: install Python 3.11 or newer, or set PYTHON to one"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        die "$("$python" --version 2>&1) is too old: set PYTHON to a Python 3.11 or newer"
    echo "Setting up $dir with $("$python" --version), once; this takes a minute or so."
    without_pip=
    "$python" -c 'import ensurepip' 2>/dev/null || without_pip=--without-pip
    "$python" -m venv $without_pip "$dir" >"$tmp/log" 2>&1 ||
        die "$python could not make a virtual environment in $dir: $(tail -n 1 "$tmp/log")"
    [ -z "$without_pip" ] || pip_from_debian
fi

echo "Installing $file into $dir."
"$dir/bin/python" -m pip install -q --require-hashes --no-compile --disable-pip-version-check --no-warn-script-location \
    -r "$file" >"$tmp/log" 2>&1 ||
    die "pip could not install $file (is there a network?): $(sed -n '/^ERROR/,$p' "$tmp/log" | tr -s ' \n' ' ')"
echo "$(cksum <"$file") $file" >>"$tmp/pins"
# Copied and then renamed: the record is whole or not there.
cp "$tmp/pins" "$dir/pins.new"
mv "$dir/pins.new" "$dir/pins"
done=1
