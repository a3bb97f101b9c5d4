# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# To be sourced by the system tests of the poolrig command, from the project's root.
#
#   rig VERB ...          run poolrig; its exit code is in $code, its output in $out and $err
#   expect CODE           that code, or the test has failed
#   said REGEX            a line of $err is like that (extended regular expression)
#   printed REGEX         the same of $out
#   bad TEXT              the test has failed, and why
#   tame FILE...          nothing in it is for a terminal to obey, nor a line that begins with "forged"
#   measured FILTER       jq on the result that `rig exec --json "$json"` has written
#   leave                 check that nothing is left, and end with the verdict
#
# $mark is a word for the command line of whatever must not outlive its cell.
set -u
poolrig=$PWD/${POOLRIG_BUILD:-build/release}/poolrig
out=$TEST_TMP/out err=$TEST_TMP/err json=$TEST_TMP/result.json
mark=mark-$$-$RANDOM
journals=/run/poolrig
vm=${POOLRIG_IN_VM:-}
failed=0
code=0

if [ "$(id -u)" != 0 ]; then
	echo "needs root"
	exit 77
fi
unset SUDO_UID SUDO_GID SUDO_USER # the caller of sudo: the tests run as root
: >"$out" >"$err"

bad() {
	echo "line ${BASH_LINENO[${level:-0}]}: $*"
	failed=1
}

rig() {
	code=0
	"$poolrig" "$@" >"$out" 2>"$err" </dev/null || code=$?
}

expect() {
	[ "$code" = "$1" ] && return
	level=1 bad "exit code $code, expected $1; it said:"
	tail -n 5 "$err"
}

said() {
	grep -Eq -- "$1" "$err" && return
	level=1 bad "it did not say \"$1\", but:"
	head -n 5 "$err"
}

printed() {
	grep -Eq -- "$1" "$out" && return
	level=1 bad "it did not print \"$1\", but:"
	head -n 10 "$out"
}

tame() {
	local file
	for file in "$@"; do
		LC_ALL=C grep -aPn '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|^forged' "$file" >"$TEST_TMP/wild" || continue
		level=1 bad "$file: not escaped:"
		cat -A "$TEST_TMP/wild"
	done
}

measured() {
	jq -e "$1" "$json" >/dev/null 2>&1 && return
	level=1 bad "the result is not such that $1:"
	jq -c '[.outcome, .reason, .metrics]' "$json"
}

# A rig that is alive holds the lock of its journal.
is_alive() {
	local dir
	for dir in "$journals" "${others:-$journals}"; do
		[ -e "$dir/$1.journal" ] && ! flock -n 9 9<"$dir/$1.journal" && return
	done
	false
}

# What no living rig has: groups, journals, mounts, and what bears this test's mark.
leftovers() {
	local path name
	find /sys/fs/cgroup -type d -name 'poolrig-20*' 2>/dev/null | while read -r path; do
		is_alive "${path##*/poolrig-}" 2>/dev/null || { [ -d "$path" ] && echo "group $path"; }
	done
	for path in "$journals"/*.journal; do
		name=${path##*/}
		is_alive "${name%.journal}" 2>/dev/null || { [ -e "$path" ] && echo "journal $path"; }
	done
	grep -E ' - tmpfs poolrig ' /proc/self/mountinfo
	printf %s "$mark" >"$TEST_TMP/mark"
	for path in $(grep -lsFf "$TEST_TMP/mark" /proc/[0-9]*/cmdline); do
		echo "process $path: $(tr '\0' ' ' <"$path")"
	done 2>/dev/null
}

# Others may be at work here, and what their killed rigs leave is theirs to clean up: give them time.
assert_nothing_left() {
	local left
	for _ in 1 2 3 4 5 6 7 8; do
		left=$(leftovers)
		[ -z "$left" ] && return
		sleep 1
	done
	level=1 bad "left behind:"
	echo "$left"
}

leave() {
	assert_nothing_left
	exit "$failed"
}
