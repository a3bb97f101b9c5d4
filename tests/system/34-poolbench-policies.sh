#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# poolbench with policies before its pool: each does something, and no task is lost. POOLBENCH names another
# build of it. How much is done depends on the machine, so that is not looked at.
set -eu
cd "$(dirname "$0")/../.."
unset POOLRIG_FD
bench=${POOLBENCH:-build/release/poolbench}
[ -n "${POOLBENCH:-}" ] || make -s build/release/poolbench
out=$(mktemp) err=$(mktemp)
trap 'rm -f "$out" "$err"' EXIT

fail() {
	echo "FAIL: $*"
	cat "$out" "$err"
	exit 1
}

# run SETTING...: it must succeed; it adds up its tasks itself.
run() {
	"$bench" --stand-alone measure=1s rate=1000 "$@" >"$out" 2>"$err" || fail "poolbench $*"
}

# refuse TEXT SETTING...
refuse() {
	text=$1
	shift
	! "$bench" --stand-alone "$@" >"$out" 2>"$err" || fail "poolbench $*: it ran"
	grep -qF -- "$text" "$err" || fail "poolbench $*: does not say: $text"
}

# count NAME: the number after it.
count() {
	sed -n "s/.*$1 \([0-9]*\).*/\1/p" "$out" | head -n 1
}

# One worker can't do 1000 a second of 5 ms: each policy gets something to do, and does its own thing.
small="pool=elastic size=1 nonblocking=true"
for policy in reject spawn caller_runs drop_oldest fall_back; do
	run $small overload=$policy waiting=10 drain=60s
	case $policy in
	reject) [ "$(count rejected)" -gt 0 ] && [ "$(count degraded)" = 0 ] && [ "$(count dropped)" = 0 ] ;;
	spawn) [ "$(count spawned)" -gt 0 ] && [ "$(count rejected)" = 0 ] ;;
	caller_runs) [ "$(count 'caller ran')" -gt 0 ] && [ "$(count rejected)" = 0 ] ;;
	drop_oldest) [ "$(count dropped)" -gt 0 ] && [ "$(count dropped)" = "$(count rejected)" ] ;;
	fall_back) [ "$(count degraded)" -gt 0 ] && [ "$(count degraded)" = "$(count rejected)" ] ;;
	esac || fail "overload=$policy"
done

run pool=fixed size=10 fail_rate=1
[ "$(count failed)" = 1000 ] && [ "$(count completed)" = 1000 ] || fail "not all have failed"
run pool=fixed size=10 fail_rate=0.5
[ "$(count failed)" -gt 300 ] && [ "$(count failed)" -lt 700 ] || fail "not about half have failed"
run pool=fixed size=10 fail_rate=1 fail_at=2s
[ "$(count failed)" = 0 ] || fail "something failed before the storm"

# All fail, and it never cools down: it opens once, and stays so.
run pool=fixed size=10 fail_rate=1 breaker=on breaker_cool_down=1h drain=60s rate=2000 measure=3s
[ "$(count 'closed to open')" = 1 ] || fail "the breaker did not open"
[ "$(count 'refused')" -gt 0 ] && [ "$(count refused)" = "$(count degraded)" ] || fail "nothing was refused"
grep -q 'at the end open' "$out" || fail "the breaker is not open"
run pool=fixed size=10 breaker=on
[ "$(count 'closed to open')" = 0 ] || fail "the breaker opened without a failure"

run pool=fixed size=10 degrade_at=0
[ "$(count degraded)" = 1000 ] && [ "$(count rejected)" = 1000 ] || fail "the switch did nothing"
run pool=fixed size=10 degrade_at=500ms
[ "$(count degraded)" = "$(count rejected)" ] || fail "the switch rejects what is not degraded"

# From one worker to five and more, by rules that look back a second or less.
for rule in predictive little; do
	run pool=fixed size=1 autoscale=$rule measure=3s drain=60s
	[ "$(count "capacity's peak")" -gt 1 ] || fail "autoscale=$rule: no worker more"
	[ "$(count "need's")" = 5 ] || fail "autoscale=$rule: the need is not 5"
done
run pool=fixed size=10 autoscale=none
grep -q 'reaction time n/a (the capacity was never below the need)' "$out" || fail "a reaction to nothing"
[ "$(count "capacity's peak")" = 10 ] || fail "autoscale=none changed something"
refuse "the pool's capacity cannot be changed" pool=naive size=4 autoscale=little
refuse 'size: missing' pool=elastic autoscale=little
echo ok
