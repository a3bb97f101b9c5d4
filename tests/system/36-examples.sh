#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The clients in workloads/examples fit a screen, and are workloads as any other.
. "$(dirname "$0")/../helpers/rig.sh"
/usr/bin/python3 -IS -c 'import socket; socket.recv_fds' 2>/dev/null || {
	echo "skipped: python3 of 3.9 or later is not installed"
	exit 77
}

for client in workloads/examples/*; do
	lines=$(wc -l <"$client")
	[ "$lines" -le 40 ] || bad "$client has $lines lines: it should fit a screen"
done
shells=$(for shell in dash bash; do command -v "$shell"; done)
{
	echo "experiment: examples"
	echo "load: {rate: 100, service: 1ms, warmup: 100ms, measure: 300ms}"
	echo "trials: {count: 1, retries: 0}"
	echo "variants:"
	echo "  - {name: python, command: [/usr/bin/python3, -IS, $PWD/workloads/examples/client.py], params: {workers: 3}}"
	echo "  - {name: python-bad, command: [/usr/bin/python3, -IS, $PWD/workloads/examples/client.py], params: {workers: none}}"
	for shell in $shells; do
		echo "  - {name: ${shell##*/}, command: [$shell, $PWD/workloads/examples/client.sh]}"
	done
} >"$TEST_TMP/examples.yaml"
rig run "$TEST_TMP/examples.yaml" --store "$TEST_TMP/examples.db"
expect 4
"$poolrig" show latest --json --store "$TEST_TMP/examples.db" >"$json" || bad "cannot be shown"
measured '.trials[] | select(.variant == "python") | .outcome == "ok" and
	(.metrics | .offered == 30 and .completed == 30 and .rejected == 0)'
measured '.trials[] | select(.variant == "python-bad") | .outcome == "workload_failed" and
	.reason == "the workload gave up: params {}, workers '"'none'"': give workers alone, 1 or more"'
for shell in $shells; do
	measured '.trials[] | select(.variant == "'"${shell##*/}"'") | .outcome == "ok" and (.metrics | (.runs | type) == "number" and
		.offered == null and .offered_reason == "a shell cannot take the schedule")'
done
[ "$failed" = 0 ] || jq -c ".trials[] | [.variant, .outcome, .reason, .logs]" "$json"
leave
