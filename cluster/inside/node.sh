#!/bin/sh
# Becomes process 1 of a node: node.sh NAME FOLDER, as root, in namespaces of its own (host name, mounts, processes).
#
# What nodes do not share: the host name; /tmp and /var/tmp, which lie in FOLDER; and processes, of which a job sees those
# of its node only. When this process is killed, the kernel ends all others of the node: it has lost its power.
set -eu
if [ "$1" = --stay ]; then
    # Daemons leave their children to process 1, whose `wait` asks how they ended.
    while :; do
        sleep infinity &
        wait
    done
fi
name=$1 folder=$2
hostname "$name"
mount --bind "$folder/tmp" /tmp
mount --bind "$folder/var/tmp" /var/tmp
mount -t proc -o nosuid,nodev,noexec proc /proc
# Podman warns without it, as in mounts.sh.
mount --make-rshared /
exec sh "$0" --stay "$name" # who looks for these words finds a node that is ready
