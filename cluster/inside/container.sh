#!/usr/bin/env bash
# Starts the practice cluster in a container made from the Dockerfile; then gives a prompt, or runs a command, as learner.
#
# PRACTICE_CLUSTER_OPTIONS is JSON, as in {"nodes": 2, "memory": 1000}: what `practice-cluster up` has options for.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
folder=/home/learner/notebook-to-cluster
options=${PRACTICE_CLUSTER_OPTIONS:-"{}"}

# Learner becomes the owner of the folder that was brought along, so that jobs can write there. Below 500 are users of
# Debian, and 65534 is nobody's; a Mac counts from 501.
owner=$(stat -c %u "$folder" 2>/dev/null || echo 0)
if [ "$owner" -ge 500 ] && { [ "$owner" -lt 60000 ] || [ "$owner" -ge 65536 ]; }; then
    find /home/learner -xdev -user learner -exec chown -h "$owner:$owner" {} +
    options=$(python3 -c 'import json, sys; print(json.dumps(json.loads(sys.argv[1]) | {"uid": int(sys.argv[2])}))' \
        "$options" "$owner")
fi

# The name of the container means loopback, so that the daemons listen there and nowhere else. The file is a mount: it
# can be written, not replaced.
hosts=$(cat /etc/hosts)
printf '127.0.0.1 %s\n%s\n' "$(hostname)" "$hosts" >/etc/hosts

# In cgroup v2 Slurm gives controllers to groups below this one, which only works when no process is in it.
groups=/sys/fs/cgroup
if [ -w "$groups/cgroup.subtree_control" ] && mkdir -p "$groups/daemons"; then
    while read -r process; do echo "$process" >"$groups/daemons/cgroup.procs" || true; done <"$groups/cgroup.procs"
fi

python3 "$here/start.py" "$options"
[ -d "$folder" ] || folder=/home/learner
as_learner=(env -i TERM="${TERM:-dumb}" bash "$here/learner.sh" "$folder")
"${as_learner[@]}" test -w . ||
    echo "practice-cluster: the folder notebook-to-cluster belongs to user $owner here, and learner may not write to it;" \
        "rootless Podman needs --userns keep-id --user root" >&2
[ $# -gt 0 ] || set -- bash --login
exec "${as_learner[@]}" "$@"
