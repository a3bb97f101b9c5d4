#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The supervisor's memory is bounded and small, however long a trial is and however much it says.
. "$(dirname "$0")/../helpers/rig.sh"

seconds=$((vm ? 8 : 20))
"$poolrig" run experiments/short.yaml --store "$TEST_TMP/results.db" -q --set load.measure=${seconds}s --set load.lateness=10s \
	--set trials.count=1 --set variants.fixed-16.params.size=8 >"$out" 2>"$err" </dev/null &
supervisor=$!
for ((i = 0; i < 1200; i++)); do
	grep -q '^trial 2' "$err" && break # the first trial has warmed it up
	sleep 0.1
done
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
echo "peak: $early KiB at first, $late KiB later"
[ "${late:-999999}" -lt 20480 ] || bad "the supervisor's peak is $late KiB"
[ $((${late:-0} - ${early:-0})) -lt 1024 ] || bad "the supervisor grows: from $early to $late KiB"
[ "$(sqlite3 "$TEST_TMP/results.db" 'select min(n) from (select count(*) n from sample group by trial)')" -ge $((seconds * 5)) ] || bad "too few samples"

leave
