#!/usr/bin/env bash
# Starts the practice cluster in a container made from the Dockerfile; then gives a prompt, or runs a command, as learner.
#
# PRACTICE_CLUSTER_OPTIONS is JSON, as in {"nodes": 2, "memory": 1000}: what `practice-cluster up` has options for.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
folder=/home/learner/notebook-to-cluster
options=${PRACTICE_CLUSTER_OPTIONS:-"{}"}

# Learner becomes the owner of the folder that was brought along, so that jobs can write there.
if [ -d "$folder" ] && owner=$(stat -c %u "$folder") && [ "$owner" -ge 1000 ]; then
    find /home/learner -xdev -uid 2000 -exec chown -h "$owner:$owner" {} +
    options=$(python3 -c 'import json, sys; print(json.dumps(json.loads(sys.argv[1]) | {"uid": int(sys.argv[2])}))' \
        "$options" "$owner")
fi

python3 "$here/start.py" "$options"
cd /home/learner
if [ -d "$folder" ]; then cd "$folder"; fi
[ $# -gt 0 ] || set -- bash --login
exec env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/home/learner USER=learner LOGNAME=learner SHELL=/bin/bash LANG=C.UTF-8 \
    TERM="${TERM:-dumb}" setpriv --reuid=learner --regid=learner --init-groups -- bash --login -c 'exec "$@"' bash "$@"
