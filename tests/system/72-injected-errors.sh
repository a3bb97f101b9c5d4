#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The supervisor is killed, and given an error, at system calls drawn from the whole of its life (strace's injection).
# Whatever the instant: it ends, no result is lost with exit code 0, and `clean` leaves nothing. SEED repeats a sweep,
# INSTANTS is how many there are of each kind (make torture: a thousand).
. "$(dirname "$0")/../helpers/rig.sh"

strace -o "$TEST_TMP/trace" true 2>"$err" || {
	echo "skipped: strace can't trace here: $(head -n 1 "$err")"
	exit 77
}
RANDOM=${SEED:=$((RANDOM * 32768 + RANDOM))}
echo "SEED=$SEED"
instants=${INSTANTS:-5}
store=$TEST_TMP/results.db
cat >"$TEST_TMP/inject.yaml" <<YAML
experiment: inject
load: {rate: 200, service: 1ms, warmup: 10ms, measure: 60ms, lateness: 10s}
trials: {count: 1, retries: 0}
variants:
  - {name: pool, command: [poolbench], params: {pool: fixed, size: 4, task: wait}}
  - {name: plain, command: [bash, -c, "exec -a $mark-plain sleep 0.02"], protocol: no}
YAML

# What is swept: as `rig`, but under strace with the options that are given.
exec_once() {
	rm -f "$json"
	traced "$@" "$poolrig" exec -q --memory 64M --json "$json" -- bash -c "echo hello; exec -a $mark-exec sleep 0.01"
}
run_once() {
	rm -f "$store"*
	traced "$@" "$poolrig" run "$TEST_TMP/inject.yaml" --store "$store" -q
}
traced() {
	code=0
	# The shell's own word on a killed child is not wanted.
	{ timeout -k 5 60 strace "$@" >"$out" 2>"$err" </dev/null || code=$?; } 2>/dev/null
}

# Is the result there, and whole? It has the metrics that it has without an error; what is unknown has its reason; what
# the cell was granted is the same, or the grade is lower. What is in the store is whole in any case.
exec_has_result() {
	grep -qx hello "$out" && [ -s "$json" ] || return
	[ "$code" = 0 ] || { # the rig had no CPU for a while, which is no fault of it
		jq -e '.outcome == "void"' "$json" >/dev/null
		return
	}
	[ -e "$TEST_TMP/good.json" ] || cp "$json" "$TEST_TMP/good.json"
	jq -e --slurpfile good "$TEST_TMP/good.json" '
		def names: [.metrics | paths(type != "object") | join(".") | sub("_reason$"; "")] | unique;
		def unexplained: .metrics | [paths(. == null) as $p | getpath($p[:-1] + [$p[-1] + "_reason"]) | select((. // "") == "")];
		$good[0] as $good | .outcome == "ok" and names == ($good | names) and unexplained == [] and
		all(.grade | to_entries[]; .key as $dimension | $good.grade[$dimension] as $was |
			(.value.level > $was.level) or ([.value, $was] | map(.granted | gsub("[0-9]{6,}|latest.*"; "")) | .[0] == .[1]))' "$json" >/dev/null
}
run_has_result() { [ "$(sqlite3 "$store" "select count(*) from trial where outcome in ('ok', 'void')")" = 2 ]; }
exec_is_whole() { [ ! -e "$json" ] || jq -e . "$json" >/dev/null; }
run_is_whole() {
	local said
	[ -s "$store" ] || return 0
	said=$(sqlite3 "$store" 'pragma integrity_check') && [ "$said" = ok ] || return 1
	[ "$(sqlite3 "$store" 'select count(*) from sqlite_schema')" = 0 ] && return
	[ -z "$(sqlite3 "$store" "select id from trial where outcome in ('ok', 'void') and
		(select count(*) from metric where trial = trial.id) < 20")" ]
}

# Errors that a call may give. After an error of close() no descriptor is open, and brk() reports none to its caller.
errors_of() {
	case $1 in
	openat | socket* | pipe2 | eventfd2 | epoll_create1 | signalfd4 | timerfd_create | memfd_create) echo EMFILE ENFILE ENOMEM ;;
	read | pread64) echo EIO EINTR ;;
	write | pwrite64) echo EIO ENOSPC EINTR ;;
	clone*) echo EAGAIN ENOMEM ;;
	mkdir*) echo ENOSPC EROFS EIO ;;
	mmap | mprotect) echo ENOMEM ;;
	unlink* | rmdir) echo EBUSY EIO ;;
	wait* | epoll_wait | poll | clock_nanosleep) echo EINTR ;;
	flock) echo ENOLCK ;;
	send* | recv*) echo ENOBUFS ENOMEM ;;
	close | uname | brk | futex | rt_sig* | exit* | execve | restart_syscall | munmap | get*id | getrandom) ;;
	*) echo EIO ENOMEM EPERM ;;
	esac
}

# inject WHAT CALL NUMBER HOW: the NUMBER-th call of that name
inject() {
	local where="$1, $4 at call $3 of $2"
	"$1_once" -o /dev/null -e trace="$2" -e inject="$2:$4:when=$3"
	case $4:$code in
	signal*:137) ;;
	*:[05]) "$1_has_result" || level=1 bad "$where: exit code $code, and no result" ;;
	error*:[23]) grep -qE '^poolrig: |^  rig_failed: ' "$err" || level=1 bad "$where: exit code $code, and nothing said: $(tail -n 3 "$err")" ;;
	*:124 | *:137) level=1 bad "$where: it did not end" ;;
	*) level=1 bad "$where: exit code $code: $(tail -n 3 "$err")" ;;
	esac
	"$1_is_whole" || level=1 bad "$where: what it has written is damaged"
	[ -z "${VERBOSE:-}" ] || echo "$where: $code $(head -n 1 "$err")"
	rig clean
	[ "$code" = 0 ] || level=1 bad "$where: then clean: exit code $code: $(cat "$err")"
	[ -z "$(leftovers)" ] || {
		echo "$where:"
		assert_nothing_left
	}
}

# An instant of the list of calls: of all of them for a kill; for an error, that each kind of call gets its turn, one of
# a kind that is drawn first. Sets at, name and number.
draw() {
	local lines kinds places
	lines=$(($(wc -l <"$TEST_TMP/calls") - first))
	at=$((first + i * lines / instants + (RANDOM * 32768 + RANDOM) % (lines / instants + 1)))
	if [ "$1" = error ]; then
		mapfile -t kinds < <(tail -n +"$first" "$TEST_TMP/calls" | grep -v ' ' | sort -u)
		name=${kinds[RANDOM % ${#kinds[@]}]}
		mapfile -t places < <(awk -v first="$first" -v name="$name" 'NR >= first && $0 == name {print NR}' "$TEST_TMP/calls")
		at=${places[RANDOM % ${#places[@]}]}
	fi
	name=$(sed -n "${at}s/ .*//; ${at}p" "$TEST_TMP/calls")
	number=$(head -n "$at" "$TEST_TMP/calls" | grep -cE "^$name( |\$)")
}

# trace VERB: all its calls, without an error; $first is where main() begins
trace() {
	local i
	for ((i = 0; i < 10; i++)); do
		"$1_once" -o "$TEST_TMP/trace"
		[ "$code" = 5 ] || break
	done
	[ "$code" = 0 ] && "$1_has_result" || bad "$1 without an error: exit code $code: $(cat "$err")"
	# What says that it failed can't be said where that fails: errors leave standard error alone.
	sed -n 's/^write(2,.*/write stderr/p; t; s/^\([a-z_0-9]*\)(.*/\1/p' "$TEST_TMP/trace" >"$TEST_TMP/calls"
	first=$(grep -n SIGPIPE "$TEST_TMP/trace" | head -n 1 | cut -d: -f1)
	[ "$(wc -l <"$TEST_TMP/calls")" -gt $((first + 300)) ] || bad "$1 makes too few calls"
}

# found VERB CALL TEXT ERROR: a sweep has found this: the last call of that name whose line has the text
found() {
	local number
	number=$(grep "^$2(" "$TEST_TMP/trace" | grep -n "$3" | tail -n 1 | cut -d: -f1)
	[ -z "$number" ] || inject "$1" "$2" "$number" "error=$4"
}

# sweep VERB HOW: at instants of its life
sweep() {
	local first i at name number errors
	trace "$1"
	for ((i = 0; i < instants; i++)); do
		draw "$2"
		read -ra errors <<<"$(errors_of "$name")"
		if [ "$2" = kill ]; then
			inject "$1" "$name" "$number" signal=KILL
		elif [ "${#errors[@]}" != 0 ]; then
			inject "$1" "$name" "$number" "error=${errors[RANDOM % ${#errors[@]}]}"
		fi
	done
}

trace exec
found exec statfs '"[^"]*/memory"' EPERM     # a limit was not set: "the memory controller is not there"
found exec pread64 oom_kill EIO               # "OOM kill"
found exec openat memory.memsw.limit ENOMEM   # a failcnt that Linux leaves at 0 was known, and 0
found exec fcntl 'F_SETFL, O_RDONLY|O_NONBLOCK' ENOMEM # it never ended
trace run
found run sendmsg configure ENOBUFS           # "the workload does not take messages"

for how in ${HOW:-kill error}; do
	sweep exec $how
	sweep run $how
done
leave
