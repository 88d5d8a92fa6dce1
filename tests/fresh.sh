#!/usr/bin/env bash
# Proves `make html` and `make test` in a new minimal Debian with nothing but make, python3 and certificates.
#
# SUITE=trixie tests/fresh.sh [TARGET...]   the suite is by default the machine's own, the targets are html and test
#
# Everything happens in a temporary folder and in mounts and processes of its own, which end with this script, however
# it ends. How the machine reaches its package sources (apt's settings, certificates, pip's settings) goes along.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
    echo "make fresh: $*" >&2
    exit 1
}

# The words of pip's settings that are paths: an index or a folder of wheels on this machine.
local_paths() {
    { env | grep '^PIP_' || true; cat "${pip_settings[@]}" 2>/dev/null || true; } |
        grep -oE '(^|[=, ])(file://)?/[^ ,]+' | sed -E 's|^[=, ]||; s|^file://||' | sort -u
}

# Copies a file of the machine to the same place in the new root.
take() {
    if [ -f "$1" ]; then
        mkdir -p "$root$(dirname "$1")"
        cp -L "$1" "$root$1"
    fi
}

# What runs in mounts and processes of its own: makes the new root and works in it.
inside() {
    root=$1
    shift
    pip_settings=(/etc/pip.conf /etc/xdg/pip/pip.conf "$HOME/.pip/pip.conf" "$HOME/.config/pip/pip.conf")
    pip_settings+=("${PIP_CONFIG_FILE:-/etc/pip.conf}")

    { apt-config dump Acquire | grep '"[^"]\+";$' | grep -v IndexTargets || true; } >"$root/../apt.conf"
    mmdebstrap --quiet --mode=root --variant=minbase --include=make,python3,ca-certificates \
        --aptopt="$root/../apt.conf" "$suite" "$root" "$root/../sources.list"
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount --rbind -o ro /sys "$root/sys" # how many cores there are
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/dev/shm" # what Chromium shares between its processes
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"

    # Variables that say how to reach a package index, and the files and folders that they name.
    variables=()
    while IFS='=' read -r -d '' name value; do
        case $name in
        PIP_* | SSL_* | *_CA_BUNDLE | *_proxy | *_PROXY)
            variables+=("$name=$value")
            take "$value"
            ;;
        esac
    done < <(env -0)
    take /etc/ssl/certs/ca-certificates.crt
    local_paths | while read -r path; do
        if [ -f "$path" ]; then
            take "$path"
        elif [ -d "$path" ]; then
            # An index's pages name files beside them, so the folder around it goes along.
            case $path in */simple | */simple/) path=$(dirname "$path") ;; esac
            mkdir -p "$root$path"
            mount --bind -o ro "$path" "$root$path"
        fi
    done

    chroot "$root" useradd --create-home reader
    home=/home/reader/notebook-to-cluster
    mkdir "$root$home"
    git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
        [ ! -e "$file" ] || printf '%s\0' "$file" # one that was deleted and not yet committed is gone
    done | tar --null --no-recursion -T - -cf - | tar -C "$root$home" -xf -
    for file in "${pip_settings[@]}"; do
        case $file in
        "$HOME"/*)
            for user in /root /home/reader; do install -D -m 644 "$file" "$root$user/${file#"$HOME"/}"; done 2>/dev/null || true
            ;;
        *) take "$file" ;;
        esac
    done
    chroot "$root" chown -R reader:reader /home/reader

    # The new root in place of the old: where only chroot was called, no test could make namespaces of its own.
    cd "$root"
    pivot_root . mnt
    cd /
    umount --lazy /mnt
    hash -r

    echo "A new $suite with $(python3 --version) and make."
    for target in "$@"; do
        settings=("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" "LANG=C.UTF-8" "${variables[@]}")
        if [ "$target" = html ]; then
            as=reader
            settings+=("HOME=/home/reader")
        else
            as=root # may install packages
            settings+=("HOME=/root" "CI=true")
        fi
        start=$SECONDS
        status=0
        chroot --userspec="$as" / env -i "${settings[@]}" sh -c "cd $home && make $target" || status=$?
        taken+=("make $target as $as: exit code $status after $((SECONDS - start)) s")
        [ "$status" -eq 0 ] || break
    done
    printf '%s\n' "${taken[@]}"
    return "$status"
}

if [ "${1:-}" = --inside ]; then
    taken=()
    inside "${@:2}"
    exit
fi

[ "$(id -u)" -eq 0 ] || die "run it as root: it makes a root folder of its own"
for command in mmdebstrap unshare git; do
    command -v "$command" >/dev/null || die "$command is missing: apt-get install mmdebstrap util-linux git"
done
# shellcheck source=/dev/null
machine=$(. /etc/os-release && echo "$ID $VERSION_CODENAME")
read -r id codename <<<"$machine"
export suite=${SUITE:-$codename}
[ $# -gt 0 ] || set -- html test

work=$(mktemp -d)
child=
end() {
    trap '' INT TERM HUP
    if [ -n "$child" ] && kill -0 "$child" 2>/dev/null; then
        # unshare takes no notice of anything less; --kill-child then ends all that it started.
        kill -KILL "$child"
        wait "$child" 2>/dev/null || true
    fi
    # What was just ended may have been writing a file: then once more.
    rm -rf --one-file-system "$work" 2>/dev/null || { sleep 1 && rm -rf --one-file-system "$work"; }
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkdir "$work/root"
chmod 755 "$work" "$work/root"

# The machine's own sources of its distribution, without those of others, turned to the suite.
[ "$(find /var/lib/apt/lists -name '*Packages*' | head -n 1)" ] || apt-get -qq update
keyring=/usr/share/keyrings/$id-archive-keyring.gpg
# shellcheck disable=SC2016 # apt-get itself fills in $(...)
apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' | sort -u |
    awk -v id="$id" -v from="$codename" -v to="$suite" -v keyring="$keyring" \
        'tolower($1) == id && sub("^" from, to, $3) { print "deb [signed-by=" keyring "] " $2, $3, $4 }' \
        >"$work/sources.list"
[ -s "$work/sources.list" ] || die "apt here has no source of $id $codename"

# When unshare ends, so does all in it; in the background, so that this script can end it at once when interrupted.
unshare --mount --pid --fork --kill-child -- tests/fresh.sh --inside "$work/root" "$@" &
child=$!
wait "$child"
