#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The supervisor's memory is bounded and small, however long a trial is and however many events and samples it has.
. "$(dirname "$0")/../helpers/rig.sh"

seconds=$((vm ? 8 : 20))
cat >"$TEST_TMP/long.yaml" <<YAML
experiment: long
load: {rate: 1000, service: 1ms, warmup: 1s, measure: ${seconds}s, lateness: 10s}
cell: {memory: 64M}
trials: {count: 1}
variants:
  - {name: fixed, command: [poolbench], params: {pool: fixed, size: 200, task: wait}}
YAML
"$poolrig" run "$TEST_TMP/long.yaml" --store "$TEST_TMP/results.db" -q >"$out" 2>"$err" </dev/null &
supervisor=$!
sleep $((seconds / 4))
early='' late=''
while now=$(awk '/^VmHWM:/ {print $2}' /proc/$supervisor/status 2>/dev/null) && [ -n "$now" ]; do
	: "${early:=$now}"
	late=$now
	sleep 0.5
done
code=0
wait $supervisor || code=$?
expect 0
echo "peak: $early KiB at first, $late KiB at the end"
[ "${late:-999999}" -lt 20480 ] || bad "the supervisor's peak is $late KiB"
[ $((${late:-0} - ${early:-0})) -lt 1024 ] || bad "the supervisor grows: from $early to $late KiB"
[ "$(sqlite3 "$TEST_TMP/results.db" 'select count(*) from sample')" -ge $((seconds * 5)) ] || bad "too few samples"

leave
