#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: what is refused on v2 and its controllers.
# poolrig exec: what is wrong about a call is said in one line, before anything is made.
. "$(dirname "$0")/../helpers/rig.sh"

# A run that gets as far as its journal has made a directory in /run.
refused() {
	code=0
	unshare -m sh -c 'mount -t tmpfs none /run && "$@"; code=$?; ls -A /run; exit $code' sh \
		"$poolrig" exec "$@" >"$out" 2>"$err" </dev/null || code=$?
	level=1
	[ "$code" = 2 ] || bad "exec $*: exit code $code, expected 2"
	[ -s "$out" ] && bad "exec $*: began nevertheless: $(cat "$out")"
	[ "$(wc -l <"$err")" = 1 ] || bad "exec $*: not one line: $(cat "$err")"
	unset level
}
touch "$TEST_TMP/plain"
refused -- no-such-program
said 'no-such-program'
refused -- "$TEST_TMP/no/such/path"
refused -- "$TEST_TMP/plain"
refused -- "$TEST_TMP"
refused --cpus 1000 -- true
said 'CPU 1000 is not on this machine'

# -- what the caller has put in the way is named, and nothing is left ------------------------------
limited() { # limited N VERB ...: with at most N descriptors
	(ulimit -n "$1" && exec "$poolrig" "${@:2}") >"$out" 2>"$err" </dev/null
	code=$?
}
for n in $(seq 12 4 32); do
	limited "$n" exec -q -- true
	expect 3
	said "Too many open files \(your limit is $n open descriptors; raise it by ulimit -n\)"
done
limited 64 exec -q -- true
expect 0
long() { # long N VERB ...: with files of at most N KiB; nothing of ours is one that grows
	(ulimit -f "$1" && "$poolrig" "${@:2}" 2>&1 </dev/null; echo "code $?") | cat >"$err"
	code=$(sed -n 's/^code //p' "$err")
}
long 0 exec -q -- true
expect 3
said 'File too large \(your limit is 0 bytes a file; raise it by ulimit -f\)'
long 3 exec -q --json "$TEST_TMP/long.json" -- true
expect 3
said 'long.json.*File too large \(your limit is 3072 bytes'
[ -e "$TEST_TMP/long.json" ] && bad "a half result is there"
long 16 run -q experiments/plain-commands.yaml --store "$TEST_TMP/long.db"
expect 3
said 'long.db.*File too large \(your limit is 16384 bytes'
for policy in FIFO RR; do
	code=0
	chrt --${policy,,} 1 "$poolrig" exec -q -- true >"$out" 2>"$err" </dev/null || code=$?
	# Where the kernel keeps no real-time budgets of groups, nothing is in the way.
	[ "$code" = 0 ] || said "your scheduling policy is SCHED_$policy, "
done
assert_nothing_left
# What follows asks nothing of the kernel.
[ -n "$vm" ] && leave

refused --memory 12Q -- true
said 'memory.*12Q'
refused --memory -1 -- true
refused --timeout 5 -- true
said 'timeout.*5'
refused --pids many -- true
refused --swap 1.5X -- true
refused --cpus 0-x -- true
refused --cpus '' -- true
refused --cpu-max lots -- true
refused --cpu-max '70000 0' -- true
said 'cpu\.max "70000 0": the period is out of range; use 1000 to 1000000 microseconds'
refused --cpu-weight 0 -- true
refused --net bridge -- true
refused --env novalue -- true
refused --json "$TEST_TMP/no/result" -- true
refused --json "$TEST_TMP" -- true
sqlite3 "$TEST_TMP/other.db" 'create table kept(x)'
ln -s other.db "$TEST_TMP/link"
refused --json "$TEST_TMP/link" -- true
refused --json "$TEST_TMP/other.db-wal" -- true
refused --partition owner -- true
refused --mems x -- true
refused --memroy 1G -- true
said 'memory'
refused
refused --
# Names are printed as what they are, on one line.
for name in $'no\e[2Jsuch' $'no\nforged' $'no\xc2\x9bsuch' $'no\xff'; do
	refused -- "$name"
	refused --memory "$name" -- true
	refused --"$name" -- true
	tame "$err"
done
rig "$name"$'\e[2J\nforged'
expect 2
tame "$err"

leave
