#!/usr/bin/env bash
# Proves that no test of the cluster is red by chance: soak.sh PYTHON WORKERS ROUNDS
#
# Beside four busy loops, the tests of the practice cluster and a walk of three pages run so many times. Each round says
# what it took; the log of one that is red is kept. Ends with 1 if any was.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=$1 workers=$2 rounds=$3
[[ $rounds =~ ^[1-9][0-9]*$ ]] || {
    echo "make soak: ROUNDS=$rounds is no number of rounds" >&2
    exit 2
}
pages=(content/array-jobs.md content/dependencies.md content/collect.md)
logs=_build/soak
mkdir -p "$logs"

loops=()
end_loops() {
    kill "${loops[@]}" 2>/dev/null || true
}
trap end_loops EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
for _ in 1 2 3 4; do
    sh -c 'while :; do :; done' &
    loops+=($!)
done

red=0
for ((round = 1; round <= rounds; round++)); do
    start=$SECONDS log=$logs/$round.log
    if "$python" -m pytest -p walk.plugin --walk -n "$workers" --durations=5 tests/cluster "${pages[@]}" >"$log" 2>&1; then
        verdict=green
    else
        verdict="red: see $log"
        red=$((red + 1))
    fi
    echo "round $round: $((SECONDS - start)) s, load $(cut -d' ' -f1 /proc/loadavg), $(tail -n 1 "$log"), $verdict"
done
echo "$rounds rounds, $red red"
[ "$red" -eq 0 ]
