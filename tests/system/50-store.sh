#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# list, show and export on a store with a known run in it, as a user without root where this is root:
# what they print against tests/golden/, the JSON with jq, errors and exit codes, a broken pipe, a
# store in a directory that can't be written, and what a killed writer left.
#
# UPDATE=1 writes tests/golden/ anew; look at the difference before it is committed.
set -eu
export LC_ALL=C COLUMNS=110 # but where another is tried
cd "$(dirname "$0")/../.."

skip() {
	echo "skipped: $1"
	exit 77
}

command -v jq >/dev/null || skip "jq is not installed"
program=${POOLRIG:-./poolrig}
[ -x "$program" ] || skip "$program is not built; run make first"
make -s build/release/tests/helpers/make_store
golden=$PWD/tests/golden

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cp -L "$program" "$dir/poolrig"
cp build/release/tests/helpers/make_store "$dir/make_store"
chmod 755 "$dir" "$dir/poolrig" "$dir/make_store"
cd "$dir"

uid=$(id -u)
gid=$(id -g)
as_user() {
	"$@"
}
if [ "$uid" = 0 ]; then
	uid=65534
	gid=65534
	as_user() {
		setpriv --reuid "$uid" --regid "$gid" --clear-groups "$@"
	}
fi

failed=0
fail() {
	echo "FAIL: $*"
	failed=1
}

# expect CODE WORDS COMMAND…: the exit code, and words on standard error (all else silent there).
expect() {
	code=$1
	words=$2
	shift 2
	got=0
	as_user "$@" >"$dir/out" 2>"$dir/err" || got=$?
	[ "$got" = "$code" ] || fail "$*: exit $got instead of $code: $(cat "$dir/err")"
	if [ -n "$words" ]; then
		grep -qF -- "$words" "$dir/err" || fail "$*: \"$words\" not in: $(cat "$dir/err")"
	elif [ -s "$dir/err" ]; then
		fail "$*: said: $(cat "$dir/err")"
	fi
}

same() {
	[ -z "${UPDATE:-}" ] || cp "$dir/out" "$golden/$1"
	diff -u "$golden/$1" "$dir/out" || fail "$1 differs from what it was"
}

query() {
	jq -e "$1" "$dir/run.json" >/dev/null || fail "JSON: $1: $(jq -c "$1" "$dir/run.json" 2>&1)"
}

# A store that the user owns, in the current directory, as sudo would leave it.
mkdir own
chown "$uid:$gid" own
./make_store own/poolrig.db "$uid" "$gid"
[ "$(stat -c %u:%g own/poolrig.db)" = "$uid:$gid" ] || fail "the store is not the user's"
cd own

expect 0 "" ../poolrig list
same list.txt
expect 0 "" env -u COLUMNS ../poolrig show latest
same screen.txt
expect 0 "" env -u COLUMNS LC_ALL=C.UTF-8 ../poolrig show latest
same screen-utf8.txt
awk 'length > 80 { exit 1 } END { exit NR > 24 }' "$golden/screen.txt" || fail "the first screen is larger than a screen"
expect 0 "" ../poolrig show latest --metrics "peak RSS,queue_wait_seconds.p99"
grep -q "^variant  *peak RSS  *queue_wait_seconds.p99" "$dir/out" || fail "--metrics: $(cat "$dir/out")"
expect 0 "" ../poolrig show latest --tail start_latency
grep -q "^  naive  *20,000 values of 1 trial: P99 " "$dir/out" || fail "--tail: $(cat "$dir/out")"
expect 0 "" ../poolrig show latest --tail start_latency --json
jq -e '.variants | length == 3 and all(.tail.shape_low < .tail.shape)' "$dir/out" >/dev/null || fail "--tail: $(cat "$dir/out")"
expect 0 "" ../poolrig show latest --all
same show.txt
expect 0 "" ../poolrig show 20261124-063001 --trial 5
same trial.txt
awk 'length > 120 { exit 1 }' "$golden/show.txt" || fail "the table is wider than 120 columns"

expect 0 "" ../poolrig show latest --json
cp "$dir/out" "$dir/run.json"
query '.format == 2 and .run.state == "interrupted" and .run.ended == null'
query '.run.exit_code == null and .run.planned == 9 and .run.missing == 1'
query '[.trials[].trial] == [1, 2, 3, 4, 5, 5, 6, 7, 8]'
query '[.variants[].name] == ["naive", "fixed", "elastic"]'
query 'all(.trials[]; .outcome | IN("ok", "void", "workload_failed", "rig_failed"))'
query 'all(.trials[] | select(.outcome != "ok"); .reason | length > 0)'
query 'all(.trials[]; .metrics.start_latency_seconds | .p50 <= .p90 and .p90 <= .p99 and
	.p99 <= .p999 and .p999 <= .max and .count == 20000)'
query 'all(.trials[]; .metrics.allocator_calls_per_task == null and
	(.metrics.allocator_calls_per_task_reason | length > 0))'
# Every null of a metric has its reason beside it.
query 'all(.trials[].metrics | .. | objects; . as $o | all(keys[]; $o[.] != null or
	($o[. + "_reason"] | type == "string")))'
query 'all(.trials[]; .grade | keys == ["cpu", "memory", "network", "observation"])'
query 'all(.trials[]; .interference[0] | .name == "steal" and .unit == "seconds")'
query '.experiment.definition.load.rate == "10k" and (.experiment.yaml | contains("poisson"))'
query 'all(.trials[]; .started | test("^[0-9-]+T[0-9:.]+Z$"))'
query '.variants[1].metrics.peak_rss_bytes | .count == 3 and .min <= .median and .median <= .max'

expect 0 "" ../poolrig export latest --csv
[ "$(wc -l <"$dir/out")" = 10 ] || fail "export: not a header and 9 trials"
expect 0 "" ../poolrig export latest --csv --samples
[ "$(wc -l <"$dir/out")" = 37 ] || fail "export --samples: not a header and 36 samples"
cp "$dir/out" "$dir/samples.csv"
expect 0 "" ../poolrig export latest --csv --samples --output file.csv
cmp -s file.csv "$dir/samples.csv" || fail "--output FILE differs from standard output"
expect 2 "No such file or directory" ../poolrig export latest --csv --output no/such/file
expect 0 "" ../poolrig export latest --csv --samples --output -
cmp -s "$dir/out" "$dir/samples.csv" || fail "--output - is not standard output"
expect 0 "" ../poolrig export latest --csv --samples --output /dev/stdout
cmp -s "$dir/out" "$dir/samples.csv" || fail "/dev/stdout is not standard output"

# Nothing is written over a store, however it is named.
cp poolrig.db "$dir/before.db"
as_user ln -s poolrig.db link
as_user ln poolrig.db name
: >other.db
for output in poolrig.db link name ../own/poolrig.db; do
	expect 2 "the store itself" ../poolrig export latest --csv --output "$output"
	expect 2 "an SQLite database" ../poolrig export latest --csv --samples --store "$dir/before.db" --output "$output"
done
expect 2 "an SQLite database" ../poolrig export latest --csv --output poolrig.db-wal
cmp -s poolrig.db "$dir/before.db" || fail "the store was written over"
rm link name other.db
got=0
as_user ../poolrig list >>poolrig.db 2>"$dir/err" || got=$?
[ "$got" = 2 ] || fail "standard output into a store was exit $got"
got=0
as_user ../poolrig list >"$dir/out" 2<>poolrig.db || got=$?
[ "$got" = 2 ] && grep -q "standard error: an SQLite database" "$dir/out" || fail "standard error into a store was exit $got"
cmp -s poolrig.db "$dir/before.db" || fail "the store was written to"
rm "$dir/before.db"
[ ! -e poolrig.db-wal ] && [ ! -e poolrig.db-shm ] || fail "reading left a log behind"

# Wrong input is exit 2, and says what to do.
expect 2 "could be" ../poolrig show 2026
expect 2 "none such in this store" ../poolrig show 1999
expect 2 "no run is named" ../poolrig show
expect 2 "trial 9: not stored" ../poolrig show latest --trial 9
expect 2 "1 or more" ../poolrig show latest --trial 0
expect 2 "did you mean \"peak_rss_bytes\"?" ../poolrig show latest --metrics peak_rs_bytes
expect 2 "there are: start_latency, sojourn" ../poolrig show latest --tail no_such
expect 2 "--trial" ../poolrig show latest --trial x
expect 2 "add --csv" ../poolrig export latest
expect 2 "no argument is taken" ../poolrig list latest
expect 2 "No such file" ../poolrig list --store none.db
expect 2 "a directory, not a store" ../poolrig list --store .
expect 2 "not a poolrig store" ../poolrig list --store file.csv
: >empty.db
expect 2 "an empty file" ../poolrig list --store empty.db
expect 0 "" ../poolrig show --help

# A reader that goes away is no error, whether SIGPIPE kills or is ignored; a full disk is one. The
# gate opens when the pipe has lost its reader, so that the writer meets a broken one for sure.
mkfifo "$dir/gate"
for handler in - ''; do
	(
		trap "$handler" PIPE
		{
			read -r _ <"$dir/gate"
			got=0
			as_user ../poolrig show latest --json 2>"$dir/err" || got=$?
			echo "$got" >"$dir/code"
		} | {
			exec <&-
			echo go >"$dir/gate"
		}
	)
	[ ! -s "$dir/err" ] || fail "a broken pipe was reported: $(cat "$dir/err")"
	# 141: killed by SIGPIPE, as a shell says it.
	case "$(cat "$dir/code")" in 0 | 141) ;; *) fail "a broken pipe: exit $(cat "$dir/code")" ;; esac
done
if [ -c /dev/full ]; then
	got=0
	as_user ../poolrig show latest >/dev/full 2>"$dir/err" || got=$?
	[ "$got" = 3 ] || fail "a full disk was exit $got"
	grep -q "No space left" "$dir/err" || fail "a full disk: $(cat "$dir/err")"
	for verb in --help --version "show --help" list "findings latest" "export latest --csv"; do
		got=0
		# shellcheck disable=SC2086 # words
		as_user ../poolrig $verb >/dev/full 2>"$dir/err" || got=$?
		[ "$got" = 3 ] || fail "$verb on a full disk was exit $got: $(cat "$dir/err")"
	done
	got=0
	as_user ../poolrig list >&- 2>"$dir/err" || got=$?
	[ "$got" = 3 ] || fail "a closed standard output was exit $got"
	grep -q "Bad file descriptor" "$dir/err" || fail "a closed standard output: $(cat "$dir/err")"
fi

# Where the user may read and not write.
cd ..
if [ "$(id -u)" = 0 ]; then
	mkdir root
	chmod 755 root
	./make_store root/s.db 0 0
	expect 0 "" ./poolrig show latest --all --store root/s.db
	diff -q "$golden/show.txt" "$dir/out" >/dev/null || fail "read-only: another table"
	expect 0 "" ./poolrig export latest --csv --samples --store root/s.db
	[ "$(find root | wc -l)" = 2 ] || fail "read-only: something was left in the directory"
	# On a file system that is read-only, also for root: a wrong path, said before anything is run.
	printf 'experiment: plain\nvariants: [{name: one, command: [/bin/true], protocol: no}]\n' >plain.yaml
	for store in s.db new.db; do
		got=0
		unshare -m sh -c 'mount --bind root root && mount -o remount,bind,ro root && "$@"' sh \
			./poolrig run plain.yaml --store root/$store >"$dir/out" 2>"$dir/err" || got=$?
		[ "$got" = 2 ] || fail "$store on a read-only file system: exit $got"
		grep -q "root/$store: cannot .*; .*use another --store: Read-only file system" "$dir/err" ||
			fail "$store on a read-only file system: $(cat "$dir/err")"
	done
	[ "$(find root | wc -l)" = 2 ] || fail "a read-only file system: something was left"
fi

# A killed writer: what was committed is there at once, and its log is gone after the first look.
{ ./make_store own/killed.db "$uid" "$gid" 1 killed || true; } 2>/dev/null
[ -s own/killed.db-wal ] || fail "the killed writer left no log, so this test tests nothing"
expect 0 "" ./poolrig show latest --store own/killed.db
grep -q "stored: 9 attempts at 8 of them, 7 valid" "$dir/out" || fail "killed: trials are lost"
[ ! -e own/killed.db-wal ] || fail "killed: the log is still there"

exit "$failed"
