#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# queuebench in a cell: each queue moves items, and as many come out as went in; bad parameters are the workload's error.
. "$(dirname "$0")/../helpers/rig.sh"

store=$TEST_TMP/results.db
{
	cat <<-YAML
		experiment: queues
		load: {rate: 1000, service: 0, warmup: 20ms, measure: 100ms, lateness: 1m}
		trials: {count: 1}
		variants:
	YAML
	for queue in spsc mpmc channel list mutex priority rendezvous deque; do
		echo "  - {name: $queue, command: [queuebench], params: {queue: $queue}}"
	done
	for queue in mpmc channel list mutex priority rendezvous; do
		echo "  - {name: $queue-many, command: [queuebench], params: {queue: $queue, producers: 3, consumers: 3, wait: eventcount}}"
	done
	echo "  - {name: wrong-contract, command: [queuebench], params: {queue: spsc, consumers: 2}}"
	echo "  - {name: unknown, command: [queuebench], params: {queue: heap}}"
} >"$TEST_TMP/queues.yaml"

rig run "$TEST_TMP/queues.yaml" --store "$store" -q
expect 4
"$poolrig" show latest --store "$store" --json >"$json"
measured '[.trials[] | select(.outcome == "ok")] | length == 14'
measured 'all(.trials[] | select(.outcome == "ok").metrics; .completed > 0 and .hand_over_seconds.count > 0 and .hand_over_seconds.p50 > 0)'
measured '[.trials[] | select(.variant == "wrong-contract") | .outcome, .reason] | .[0] == "workload_failed" and (.[1] | contains("the queue spsc takes one"))'
measured '[.trials[] | select(.variant == "unknown") | .outcome, .reason] | .[0] == "workload_failed" and (.[1] | contains("\"heap\": unknown; use mutex, "))'
# A closed loop: nothing is there to check its counts by.
measured 'all(.trials[] | select(.outcome == "ok"); (.words | index("completed")) and .metrics.scheduled == null)'
"$poolrig" show latest --store "$store" >"$out"
printed '^\+ the workload.s word'
# Counted where the host counts, else unknown with the reason.
measured 'all(.trials[] | select(.outcome == "ok").metrics; .instructions == null or .instructions > 0)'

leave
