#!/bin/sh
# Makes the virtual environment DIR, with pip in it, and installs requirement files: ./venv.sh DIR REQUIREMENTS...
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

# FILE and every file that it includes with a line "-r OTHER", which is relative to FILE.
with_includes() {
    echo "$1"
    sed -n 's/^-r *//p' "$1" | while read -r included; do
        with_includes "$(dirname "$1")/$included"
    done
}

# Is DIR a whole environment, of the interpreter asked for, and are its requirement files as they were?
sound() {
    [ -s "$dir/pins" ] && "$dir/bin/python" -c '' 2>/dev/null || return 1
    [ -z "${PYTHON:-}" ] || [ "$("$PYTHON" -c "$which")" = "$("$dir/bin/python" -c "$which")" ] || return 1
    while read -r sum size file; do
        [ -r "$file" ] && [ "$(cksum <"$file")" = "$sum $size" ] || return 1
    done <"$dir/pins"
}

# Debian and Ubuntu take the module ensurepip, and with it pip, out of python3. Their own package with pip's wheel is
# fetched and unpacked aside: apt checks its signature, needs no root for it, and nothing on the system changes.
pip_from_debian() {
    command -v apt-get >/dev/null ||
        die "$python has no module ensurepip (and this is no Debian): install it, or set PYTHON to a python3 that has it"
    mkdir -p "$tmp/state/lists/partial" "$tmp/cache/archives/partial" "$tmp/wheel"
    cat >"$tmp/apt.conf" <<EOF
Dir::State "$tmp/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "$tmp/cache";
APT::Sandbox::User "";
Acquire::Languages "none";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
EOF
    # One source that doesn't answer does no harm when another has the package: only the download's outcome counts.
    apt-get -qq -c "$tmp/apt.conf" update >"$tmp/log" 2>&1 || true
    (cd "$tmp" && apt-get -qq -c apt.conf download python3-pip-whl) >>"$tmp/log" 2>&1 ||
        die "apt-get could not fetch python3-pip-whl (is there a network?): $(grep '^E:' "$tmp/log" | tail -n 1)"
    dpkg-deb -x "$tmp"/python3-pip-whl_*.deb "$tmp/wheel"
    set -- "$tmp"/wheel/usr/share/python-wheels/pip-*.whl
    # What ensurepip does: pip, run out of its wheel, installs that wheel.
    PYTHONPATH=$1 "$dir/bin/python" -m pip install -q --no-index --disable-pip-version-check "$1" >>"$tmp/log" 2>&1 ||
        die "pip could not be set up: $(tail -n 1 "$tmp/log")"
}

[ $# -ge 2 ] || die "usage: ./venv.sh DIR REQUIREMENTS..."
dir=$1
shift
which='import sys; print(sys.base_prefix, sys.version)'

sound || rm -rf "$dir"
missing=
for file in "$@"; do
    [ -r "$file" ] || die "no such file: $file"
    grep -qs " $file\$" "$dir/pins" || missing="$missing $file"
done
[ -n "$missing" ] || exit 0

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
    "$python" -m venv --without-pip "$dir" || die "$python could not make a virtual environment in $dir"
    if "$python" -c 'import ensurepip' 2>/dev/null; then
        "$dir/bin/python" -m ensurepip >"$tmp/log" 2>&1 || die "ensurepip failed: $(tail -n 1 "$tmp/log")"
    else
        pip_from_debian
    fi
    : >"$tmp/pins"
fi

for file in $missing; do
    echo "Installing $file into $dir."
    "$dir/bin/python" -m pip install -q --no-compile --disable-pip-version-check --no-warn-script-location -r "$file" >"$tmp/log" 2>&1 ||
        die "pip could not install $file (is there a network?): $(grep '^ERROR' "$tmp/log" | tail -n 1)"
    with_includes "$file" | while read -r part; do
        echo "$(cksum <"$part") $part"
    done >>"$tmp/pins"
done
# Copied and then renamed: the record is whole or not there.
cp "$tmp/pins" "$dir/pins.new"
mv "$dir/pins.new" "$dir/pins"
done=1
