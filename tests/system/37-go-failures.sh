#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A Go workload that panics, deadlocks, leaks, takes too much memory or goes silent fails its own trial, with
# the reason, and no other.
. "$(dirname "$0")/../helpers/rig.sh"
[ -x build/release/gopool ] || {
	echo "skipped: gopool is not built: $(scripts/find-go 2>&1 >/dev/null || echo make builds it)"
	exit 77
}

# name|its parameters|the outcome|the reason (extended regular expression)
cases='good|pool: naive|ok|^$
panic|pool: naive, fail: panic, fail_at: 50ms|workload_failed|^it ended before it said done; exit status 2$
panic-caught|pool: ants, fail: panic|workload_failed|^1 of 20 tasks were neither completed nor rejected
deadlock|pool: workerpool, size: 3, fail: deadlock, fail_at: 50ms|workload_failed|^[0-9]+ of 20 tasks were neither completed nor rejected when the drain limit had passed$
deadlock-held|pool: errgroup, size: 3, fail: deadlock, submit: direct|workload_failed|^the workload gave up: pool "errgroup": a submit still waits
leak|pool: raw, fail: leak|ok|^$
leak-fails|pool: raw, fail: leak, leak: fail|workload_failed|^the workload gave up: leak: [0-9]+ goroutines more than before the pool was opened
open-fails|pool: fixed, size: 2, close: none, leak: fail|workload_failed|^the workload gave up: leak: 2 goroutines more
memory|pool: naive, fail: memory|workload_failed|^OOM kill: the cell.s own limit was reached \(memory\.max 67108864\); killed by signal 9
bad-param|pool: naive, size: 5|workload_failed|^the workload gave up: configure: params: size: the pool "naive" has no such option
good-after|pool: ants|ok|^$'
silence='silence|pool: naive, fail: silence|workload_failed|^timed out: it had 4s to say done and was killed'

experiment() { # experiment TABLE [MORE]: one that has a variant a line, and more keys of its load
	echo "experiment: go-failures"
	echo "load: {rate: 100, service: 1ms, warmup: 0s, measure: 200ms, lateness: 1m$2}"
	echo "cell: {memory: 64M}"
	echo "trials: {count: 1, retries: 0}"
	echo "variants:"
	while IFS='|' read -r name params _; do
		echo "  - {name: $name, command: [gopool], params: {$params, drain: 300ms}}"
	done <<<"$1"
}

start() { # start NAME TABLE [MORE]: run it in the background
	experiment "$2" "${3:-}" >"$TEST_TMP/$1.yaml"
	"$poolrig" run "$TEST_TMP/$1.yaml" --store "$TEST_TMP/$1.db" >"$TEST_TMP/$1.out" 2>"$TEST_TMP/$1.err" </dev/null &
	eval "pid_$1=$!"
}

judge() { # judge NAME TABLE
	local name outcome reason pid=pid_$1
	code=0
	wait "${!pid}" || code=$?
	cp "$TEST_TMP/$1.err" "$err"
	expect 4
	"$poolrig" show latest --json --store "$TEST_TMP/$1.db" >"$json" || bad "$1: cannot be shown"
	while IFS='|' read -r name _ outcome reason; do
		[ "$(jq -r ".trials[] | select(.variant == \"$name\") | .outcome" "$json")" = "$outcome" ] &&
			jq -r ".trials[] | select(.variant == \"$name\") | .reason // \"\"" "$json" | grep -Eq "$reason" && continue
		bad "$name: expected $outcome, $reason, but: $(jq -c ".trials[] | select(.variant == \"$name\") | [.outcome, .reason]" "$json")"
	done <<<"$2"
}

logged() { # logged VARIANT REGEX: its standard error's last lines have it
	jq -r ".trials[] | select(.variant == \"$1\") | .logs[] | select(.name == \"stderr\").tail" "$json" | grep -Eq "$2" && return
	level=1 bad "$1: its last words lack \"$2\""
}

start silence "$silence" ", drain: 4s"
start cases "$cases"
judge cases "$cases"
logged panic '^panic: .*as the parameters want it'
logged panic '^goroutine [0-9]+'
logged panic-caught 'as the parameters want it'
logged deadlock-held '^gopool: pool "errgroup": a submit still waits'
logged leak-fails '^gopool: leak: '
logged open-fails '^gopool: leak: '
measured '.trials[] | select(.variant == "good").metrics.goroutines_leaked == 0'
measured '.trials[] | select(.variant == "leak").metrics | .goroutines_leaked >= 20 and .goroutines > 20 and .completed == 20'
measured '.trials[] | select(.variant == "deadlock").metrics | .goroutines_leaked == null and (.goroutines_leaked_reason | length) > 0'
judge silence "$silence"

# Where it was not built it is missed before anything is started.
experiment "$cases" "" | sed 's/\[gopool\]/[gopool-that-was-not-built]/' >"$TEST_TMP/missing.yaml"
rig run "$TEST_TMP/missing.yaml" --store "$TEST_TMP/missing.db"
expect 2
said 'gopool-that-was-not-built'

leave
