#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Beside others: it makes no cell.
# poolsim: usage, exit codes, table and JSON, traffic from files.
set -eu
cd "$(dirname "$0")/../.."
sim=${POOLSIM:-build/release/poolsim}
[ -n "${POOLSIM:-}" ] || make -s build/release/poolsim
dir=$(mktemp -d)
out=$dir/out err=$dir/err
trap 'rm -rf "$dir"' EXIT

fail() {
	echo "FAIL: $*"
	cat "$out" "$err"
	exit 1
}

# expect CODE ARGUMENT...: run, and compare the exit code.
expect() {
	want=$1
	shift
	got=0
	"$sim" "$@" >"$out" 2>"$err" || got=$?
	[ "$got" = "$want" ] || fail "poolsim $*: exit $got, not $want"
}

# refuse TEXT SETTING...: exit 2, nothing printed, and a text that names it.
refuse() {
	text=$1
	shift
	expect 2 "$@"
	grep -qF -- "$text" "$err" || fail "poolsim $*: does not say: $text"
	[ ! -s "$out" ] || fail "poolsim $*: it ran"
}

# field FILTER: from the JSON.
field() {
	jq -r "$1" "$out"
}

expect 0 --help
grep -q '^  autoscale=RULE' "$out" || fail "--help does not list the settings"
expect 0 --version
expect 2

refuse '"rate": not a parameter; write KEY=VALUE' rate
refuse 'ratte "5": no such parameter; did you mean "rate"? known here: rate, ' ratte=5
refuse 'autoscale "fast": unknown rule; use none, static60,' autoscale=fast
refuse 'rate "0": out of range' rate=0
refuse 'service "5"' service=5
refuse 'sigmas "x": not a number' sigmas=x
refuse 'arrivals "odd": unknown; use even or poisson' arrivals=odd
refuse 'peak: below rate' rate=100 peak=50
refuse 'period: missing' wave=0.5
refuse 'max "2": below min' min=3 max=2
refuse 'season: not a multiple of tick' season=250ms
refuse 'every: less than rise and hold' peak=1000 rise=1s hold=1s every=1s
refuse '--ticks: there are 6 rules' --ticks rate=10
refuse 'traffic: more than' rate=10M length=1h
refuse "$dir/none: cannot open" trace="$dir/none"

# The burst of experiments/seed-autoscale.yaml: a table with each rule, and twice the same.
burst="rate=500 peak=3200 at=65s rise=200ms hold=20s length=90s startup=1ms"
expect 0 $burst
for rule in none static60 static30 two-scale predictive little; do
	grep -q "^$rule " "$out" || fail "no row for $rule"
done
grep -q '^none  *not met' "$out" || fail "without autoscaling the need can't be met"
cp "$out" "$dir/first"
expect 0 $burst
cmp -s "$out" "$dir/first" || fail "the same settings give other numbers"

expect 0 --json $burst autoscale=two-scale,predictive
[ "$(field length)" = 2 ] || fail "not two rules"
field '.[0].reaction_seconds > .[1].reaction_seconds' | grep -q true || fail "the predictor is not sooner"
field 'all(.[]; .offered == .completed)' | grep -q true || fail "tasks are lost"
expect 0 --json rate=1000 length=1s autoscale=none
[ "$(field '.[0].reaction_seconds')" = null ] || fail "a reaction to nothing"
field '.[0].reaction_seconds_reason' | grep -q 'never below' || fail "no reason for it"

expect 0 --json rate=1000 length=60s autoscale=none breaker=on fail_share=1 fail_at=10s fail_for=12s
[ "$(field '.[0].breaker.transitions["closed to open"]')" = 1 ] || fail "the breaker did not open"
[ "$(field '.[0].breaker.state')" = closed ] || fail "the breaker did not close again"
field '.[0] | .offered == .completed + .refused_breaker' | grep -q true || fail "tasks are lost"

expect 0 --ticks rate=1000 length=1s autoscale=none
[ "$(wc -l <"$out")" = 11 ] || fail "not a head and ten ticks"

# A trace, with a comment and an empty line.
printf '# time service\n0 10000000\n4000000 10000000\n\n8000000 10000000\n' >"$dir/trace"
expect 0 --json trace="$dir/trace" initial=1 autoscale=none
[ "$(field '.[0].start_latency_seconds.max')" = 0.012 ] || fail "not 12 ms late"
printf '0 1\nx 1\n' >"$dir/bad"
refuse "$dir/bad:2: \"x 1\": not an arrival" trace="$dir/bad"
printf '5 1\n4 1\n' >"$dir/bad"
refuse "$dir/bad:2: time 4 is before" trace="$dir/bad"
printf '#\n' >"$dir/bad"
refuse 'there is no arrival' trace="$dir/bad"
refuse 'there is a schedule, too' trace="$dir/trace" schedule="$dir/trace"

# A schedule as the rig lays it out: three arrivals in a second.
python3 - "$dir/schedule" <<'PY'
import struct, sys
arrivals = [(0, 10**7), (4 * 10**6, 10**7), (8 * 10**6, 10**7)]
with open(sys.argv[1], "wb") as f:
    f.write(b"PRSCHED1" + struct.pack("<QQQ", len(arrivals), 10**9, 1))
    for arrival in arrivals:
        f.write(struct.pack("<QQ", *arrival))
PY
expect 0 --json schedule="$dir/schedule" initial=1 autoscale=none
[ "$(field '.[0].start_latency_seconds.max')" = 0.012 ] || fail "not 12 ms late by a schedule"
refuse 'no schedule: it does not begin with' schedule="$dir/trace"
head -c 60 "$dir/schedule" >"$dir/bad"
refuse 'not those of a file of 60 bytes' schedule="$dir/bad"
echo ok
