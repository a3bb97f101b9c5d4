# SPDX-License-Identifier: GPL-3.0-or-later
# To be sourced by tests of what a run leaves on the host: expectations, and runs in the background.
set -u
poolrig=$PWD/${POOLRIG_BUILD:-build/release}/poolrig
v2=/sys/fs/cgroup
failed=0

skip() { echo "$*"; exit 77; }
# These tests make groups in the root group and look at everybody else's: that takes a host of their own.
need_vm() { [ -n "${POOLRIG_IN_VM:-}" ] || skip "changes settings of the whole host: runs in the VM only"; }

expect() { # expect WHAT WANTED GOT
	[ "$2" = "$3" ] && return
	printf '%s: expected: %s\n%s: got:      %s\n' "$1" "$2" "$1" "$3"
	failed=1
}

# Wait for a condition, for at most 30 s.
wait_for() { # wait_for WHAT COMMAND...
	what=$1
	shift
	for _ in $(seq 300); do "$@" && return; sleep 0.1; done
	echo "$what: not within 30 s"
	failed=1
	return 1
}

# An exec in the background that says "up" and then waits for a line. Sets $pid.
begin_exec() { # begin_exec NAME OPTION...
	name=$1
	shift
	mkfifo "$TEST_TMP/$name.end"
	"$poolrig" exec --quiet --stdin "$@" -- sh -c 'echo up; read -r _' \
		<>"$TEST_TMP/$name.end" >"$TEST_TMP/$name.out" 2>"$TEST_TMP/$name.err" &
	pid=$!
	wait_for "$name" grep -q up "$TEST_TMP/$name.out" || cat "$TEST_TMP/$name.err"
}
# Let it end. Its exit code is the function's.
end_exec() { # end_exec NAME PID
	echo >"$TEST_TMP/$1.end"
	wait "$2"
}
