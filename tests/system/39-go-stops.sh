#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Long stops provoked in cells: the diagnosis names what was provoked, from the trace alone; trace, profile and diagnosis
# are kept with the trial, and the trace says the same when it is diagnosed again.
. "$(dirname "$0")/../helpers/rig.sh"
[ -x build/release/gopool ] || {
	echo "skipped: gopool is not built: $(scripts/find-go 2>&1 >/dev/null || echo make builds it)"
	exit 77
}

store=$TEST_TMP/stops.db
rig run experiments/go-stops.yaml --all --store "$store" --set variants.safe-point.params.heap_profile=true
expect 0
printed '^Heat maps$'
printed '^trial [0-9], safe-point, attempt 1, ok: gc_pause, recorded in ns$'
"$poolrig" show latest --json --store "$store" >"$json" || bad "cannot be shown"
measured '[.findings[].verdict] == ["confirmed", "confirmed", "confirmed", "confirmed"]' ||
	jq -c '.findings[] | [.found, .verdict, .reason]' "$json"

# trial VARIANT: its number
trial() { jq -r ".trials[] | select(.variant == \"$1\").trial" "$json"; }
# named VARIANT REGEX: a line of its trial's events, at an instant of the window
named() {
	"$poolrig" show latest --store "$store" --trial "$(trial "$1")" >"$TEST_TMP/trial"
	jq -e --arg what "$2" ".trials[] | select(.variant == \"$1\").events | any(.kind == \"workload.stop\" and .at_seconds >= 0.1
		and .at_seconds <= 1.7 and (.text | test(\$what)))" "$json" >/dev/null && grep -Eq '^  \+[0-9.]+ s +cell +workload.stop +' "$TEST_TMP/trial" && return
	level=1 bad "$1: no stop \"$2\": $(sed -n '/^Events/,/^Artefacts/p' "$TEST_TMP/trial")"
}
named mark-termination '^[0-9.]+m?s: mark termination: all had stopped after .*; GC mark termination took the other '
named sweep-termination '^[0-9.]+m?s: sweep termination: all had stopped after .*; GC sweep termination took the other '
named safe-point '^[0-9.]+m?s: late to safe point: goroutine [0-9]+ in provoke.*holdUpCollection left its processor '
named finalizer '^[0-9.]+m?s: finalizers: goroutine [0-9]+ in provoke.*holdUpCollection left its processor '
named finalizer '^[0-9.]+m?s: finalizers: goroutine [0-9]+ ran finalizers for '
measured '[.trials[] | select(.grade.observation.reason | test("the workload made trace"))] | length == 4'
measured '[.trials[] | select(.variant == "safe-point").artefacts[].name] == ["heap.pprof", "trace", "stops.json"]'

# What is in the store says the same again.
for name in trace stops.json heap.pprof; do
	"$poolrig" show latest --store "$store" --trial "$(trial safe-point)" --artefact $name >"$TEST_TMP/$name" || bad "$name: not there"
done
build/release/gopool --diagnose "$TEST_TMP/trace" --bound 4ms --json >"$TEST_TMP/again.json"
cmp "$TEST_TMP/again.json" "$TEST_TMP/stops.json" || bad "the trace that was stored says something else"
[ "$(head -c 2 "$TEST_TMP/heap.pprof" | od -An -tx1)" = " 1f 8b" ] || bad "the heap profile is none"
rig show latest --store "$store" --trial 1 --artefact heap
expect 2

leave
