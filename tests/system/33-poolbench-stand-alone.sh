#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# poolbench by itself: usage, exit codes, the summary. POOLBENCH names another build of it.
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

# expect CODE ARGUMENT...: run, and compare the exit code.
expect() {
	want=$1
	shift
	got=0
	"$bench" "$@" >"$out" 2>"$err" || got=$?
	[ "$got" = "$want" ] || fail "poolbench $*: exit $got, not $want"
}

# refuse TEXT SETTING...: exit 2, nothing run, and a text that names it.
refuse() {
	text=$1
	shift
	expect 2 --stand-alone "$@"
	grep -qF -- "$text" "$err" || fail "poolbench $*: does not say: $text"
	[ ! -s "$out" ] || fail "poolbench $*: it ran"
}

expect 0 --help
grep -q '^  pool=KIND' "$out" || fail "--help does not list the parameters"
expect 0 --version
expect 2
grep -q '^usage:' "$err" || fail "no usage"
expect 2 --colour

refuse 'pool: missing' rate=10
refuse 'rate "0"' pool=naive rate=0
refuse 'measure "1"' pool=naive measure=1
refuse 'work "x"' pool=naive work=x
refuse '"pool": not a parameter' pool
refuse 'speed "9"' pool=naive speed=9
refuse 'size "ten"' pool=fixed size=ten
got=0
POOLRIG_FD=x "$bench" >"$out" 2>"$err" || got=$?
[ "$got" = 1 ] && grep -q 'POOLRIG_FD "x"' "$err" || fail "a bad POOLRIG_FD: exit $got"
got=0
POOLRIG_FD=1 "$bench" >"$out" 2>"$err" || got=$?
[ "$got" = 1 ] && grep -q 'descriptor 1' "$err" || fail "POOLRIG_FD is a file: exit $got"

expect 0 --stand-alone pool=fixed size=10 rate=200 service=1ms warmup=100ms measure=1s
grep -qx 'offered 200 = completed 200 + rejected 0 + abandoned 0' "$out" || fail "summary"
for row in start_latency sojourn generator_lateness submit; do
	grep -q "^$row  *[0-9]" "$out" || fail "no row of $row"
done
expect 0 --stand-alone pool=elastic size=1 prewarm=all nonblocking=true rate=200 service=50ms \
	measure=500ms overload=reject
awk '/^offered/ { exit !($2 == 100 && $2 == $5 + $8 + $11 && $8 > 0) }' "$out" || fail "rejection"
# One CPU for all is possible, if not sensible.
expect 0 --stand-alone pool=naive work=0 load=0 rate=50 service=1ms measure=200ms
grep -q '^offered 10 = ' "$out" || fail "one CPU"

# What can't be written is said, by all workloads that print.
for command in "poolbench --help" "poolbench --stand-alone pool=naive rate=10 measure=100ms" "queuebench --version" \
	"poolsim rate=10 length=1s" "poolsim --version" "gopool --help"; do
	[ -x "build/release/${command%% *}" ] || continue
	got=0
	# shellcheck disable=SC2086 # words
	build/release/$command >/dev/full 2>"$err" || got=$?
	[ "$got" = 1 ] && grep -iq 'standard output: .*no space left on device' "$err" || fail "$command on a full disk: exit $got"
done
echo "poolbench runs by itself"
