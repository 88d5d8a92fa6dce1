#!/bin/sh
# Installs the programs that the tests need and pip doesn't have; where it may not, says what to install.
# With the word `book`, it is those that `make book` needs.
#
# On a laptop a missing program is no error: the tests that need it are skipped and say so. With CI set it is one.
set -eu

what=${1:-tests}
missing=
need() { # the package, then the commands of which one is enough
    package=$1
    shift
    for name in "$@"; do
        if command -v "$name" >/dev/null; then return; fi
    done
    missing="$missing $package"
}

look() {
    missing=
    need chromium-headless-shell chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable
    # Without a font a page's text has no width, and what is measured in the browser means nothing.
    [ -n "$(find /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts" /Library/Fonts \
        -name '*.[to]tf' -print -quit 2>/dev/null)" ] || missing="$missing fonts-dejavu-core"
    if [ "$what" = book ]; then
        need default-jre-headless java
        return
    fi
    need shellcheck shellcheck
    # The program that Playwright brings along is linked with it.
    [ "$(uname)" != Linux ] || [ -n "$(find /lib /usr/lib /usr/lib64 -name 'libatomic.so.1*' -print -quit 2>/dev/null)" ] ||
        missing="$missing libatomic1"
    # The practice cluster is made of Debian's packages by root, on Linux; elsewhere its tests are skipped anyway.
    if [ "$(uname)" = Linux ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        need mmdebstrap mmdebstrap
        [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing="$missing debian-archive-keyring"
    fi
}

look
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then as_root="sudo -n"; fi
if command -v apt-get >/dev/null && $as_root true 2>/dev/null; then
    echo "Installing$missing from the system's packages."
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    # shellcheck disable=SC2086 # both hold several words
    { $as_root apt-get -qq update || true; $as_root apt-get -qq -y --no-install-recommends install $missing; } \
        >"$log" 2>&1 || tail -n 3 "$log" >&2
    look
    [ -n "$missing" ] || exit 0
fi

cat >&2 <<EOF
These packages are missing, and may not be installed from here:
   $missing
On Debian or Ubuntu:  sudo apt-get install$missing
EOF
[ "$what" != book ] || exit 1
echo "Until then the tests that need them are skipped and say so." >&2
[ -z "${CI:-}" ]
