#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every broken experiment must end with exit code 2 and one line that says what is wrong and where;
# nothing may have been started: no store, no cgroup.
set -u
cd "$(dirname "$0")/../.." || exit 1

poolrig=${POOLRIG:-./poolrig}
if ! [ -x "$poolrig" ]; then
	echo "skipped: there is no $poolrig; build it with make"
	exit 77
fi

. tests/helpers/groups.sh
tmp=$(mktemp -d) || exit 1
parent=test-40-$$ # of all groups that these runs could make: others may make theirs beside them
trap 'rm -rf "$tmp"; [ "$(id -u)" != 0 ] || remove_group "$parent"' EXIT
store=$tmp/store.db
failed=0
checked=0

groups() {
	find "${hierarchies[@]/%//$parent}" -mindepth 1 -type d 2>/dev/null
}

fail() {
	echo "FAIL $*"
	failed=$((failed + 1))
}

# refused WHERE TEXT ARGUMENT...: `poolrig run ARGUMENT...` must be refused, with one line on stderr in
# which WHERE and TEXT are.
refused() {
	where=$1
	text=$2
	shift 2
	checked=$((checked + 1))
	"$poolrig" run --cgroup-parent "/$parent" "$@" --store "$store" >"$tmp/out" 2>"$tmp/err"
	code=$?
	[ "$code" -eq 2 ] || fail "run $*: exit code $code, not 2: $(head -c 300 "$tmp/err")"
	grep -qF -- "$where" "$tmp/err" || fail "run $*: want \"$where\": $(head -c 300 "$tmp/err")"
	grep -qF -- "$text" "$tmp/err" || fail "run $*: want \"$text\": $(head -c 300 "$tmp/err")"
	[ "$(wc -l <"$tmp/err")" -eq 1 ] || fail "run $*: $(wc -l <"$tmp/err") lines on stderr, not 1"
	[ -s "$tmp/out" ] && fail "run $*: something on stdout: $(head -c 300 "$tmp/out")"
	for made in "$store"*; do
		[ -e "$made" ] && fail "run $*: $made was made"
	done
}

if [ "$(id -u)" = 0 ]; then # no other user can make any
	for top in "${hierarchies[@]}"; do
		mkdir "$top/$parent" || exit 1
	done
fi

for file in tests/broken/bad-*.yaml; do
	head -n 1 "$file" >"$tmp/expect"
	line=$(sed -n 's/^# expect: \([0-9]*\): .*/\1/p' "$tmp/expect")
	text=$(sed -n 's/^# expect: [0-9]*: //p' "$tmp/expect")
	if [ -z "$line" ] || [ -z "$text" ]; then
		fail "$file: its first line is not \"# expect: LINE: TEXT\""
		continue
	fi
	refused "$file:$line: " "$text" "$file"
done
[ "$checked" -ge 45 ] || fail "only $checked broken files were found"

head -c 10485760 /dev/urandom >"$tmp/noise.yaml"
refused "$tmp/noise.yaml:1: " "larger than" "$tmp/noise.yaml"
printf 'experiment: x\n\000\n' >"$tmp/nul.yaml"
refused "$tmp/nul.yaml:2: " "a NUL byte" "$tmp/nul.yaml"
: >"$tmp/empty.yaml"
refused "$tmp/empty.yaml:1: " "empty" "$tmp/empty.yaml"
refused "$tmp/no-such.yaml:1: " "No such file or directory" "$tmp/no-such.yaml"
refused "$tmp:1: " "Is a directory" "$tmp"
refused "--set load.rate=0: " "out of range" experiments/short.yaml --set load.rate=0
refused "--set load.ratte=1: " 'did you mean "rate"' experiments/short.yaml --set load.ratte=1
refused "--set load.rate: " "KEY=VALUE" experiments/short.yaml --set load.rate
refused "--set cell.cpus.work=1000: " "is not online" experiments/plain-commands.yaml \
	--set cell.cpus.work=1000
refused "--set cell.memory=1000T: " "this machine has" experiments/plain-commands.yaml \
	--set cell.memory=1000T

[ "$(id -u)" != 0 ] || refused 'poolrig: ' '"/no/such" must be there in every hierarchy; make it or' \
	experiments/plain-commands.yaml --cgroup-parent /no/such
appeared=$(groups)
[ -z "$appeared" ] || fail "cgroups appeared: $appeared"

echo "$checked broken experiments, $failed failures"
[ "$failed" -eq 0 ]
