#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: a cell is killed and cleaned up by v2's own files.
# A run that is asked to end does so at once, says what it has stored, and leaves nothing.
. "$(dirname "$0")/../helpers/rig.sh"

store=$TEST_TMP/results.db
cat >"$TEST_TMP/long.yaml" <<YAML
experiment: long
trials: {count: 2, seed: 1}
variants:
  - {name: short, command: [sleep, "0.1"], protocol: no}
  - {name: long, command: [bash, -c, "trap '' TERM INT HUP; (exec -a $mark-child sleep 1000) & exec -a $mark sleep 1000"], protocol: no, timeout: 10m}
YAML

begun() { # begun FILE REGEX: until a line like that is in the file
	for ((i = 0; i < 1200; i++)); do
		grep -aEq "$2" "$1" && return
		sleep 0.05
	done
	level=1 bad "never said \"$2\": $(cat "$1")"
}

for signal in INT TERM HUP; do
	before=$(sqlite3 "$store" 'select count(*) from trial' 2>/dev/null || echo 0)
	# Bash has its children in the background ignore INT. Once the rig blocks HUP, INT and TERM, it is ready for them.
	env --default-signal=INT "$poolrig" run "$TEST_TMP/long.yaml" --store "$store" -q >"$out" 2>"$err" </dev/null &
	supervisor=$!
	begun "$err" '^trial [1-4] of 4: long'
	begun /proc/$supervisor/status '^SigBlk:.*4003$'
	"$poolrig" list --store "$store" | sed -n 2p | grep -q ' under way$' || bad "a run that lives is not under way"
	kill -$signal $supervisor
	code=0
	wait $supervisor || code=$?
	expect 3
	stored=$(($(sqlite3 "$store" 'select count(*) from trial') - before))
	said "^poolrig: interrupted: $stored of 4 trials are stored as run 20"
	assert_nothing_left
done
rig show latest --json --store "$store"
jq -e '.run.state != "ended" or .run.missing > 0' "$out" >/dev/null || bad "an interrupted run looks whole: $(jq -c .run "$out")"
rig show latest --store "$store"
expect 0

# Two at once, as from a session that ends: the first is answered all the same.
for verb in "run $TEST_TMP/long.yaml --store $store -q" "exec -q -- sleep 1000"; do
	# shellcheck disable=SC2086 # words
	"$poolrig" $verb >"$out" 2>"$err" </dev/null &
	supervisor=$!
	begun /proc/$supervisor/status '^SigBlk:.*4001$'
	kill -STOP $supervisor
	kill -TERM $supervisor
	kill -HUP $supervisor
	kill -CONT $supervisor
	code=0
	wait $supervisor || code=$?
	expect 3
	said 'interrupted'
	assert_nothing_left
done

# exec passes nothing on, and ends what runs, at whatever instant it is told to.
for after in 0 0.05 0.3; do
	"$poolrig" exec -q -- bash -c 'trap "" TERM; exec -a "$0" sleep 1000' "$mark" >"$out" 2>"$err" </dev/null &
	supervisor=$!
	begun /proc/$supervisor/status '^SigBlk:.*4001$'
	sleep $after
	kill -TERM $supervisor
	code=0
	wait $supervisor || code=$?
	expect 3
	said 'interrupted'
	assert_nothing_left
done

# What follows is the same with any kernel.
[ -z "$vm" ] || leave

# What the caller ignores stays ignored, in the rig alone: its command has the defaults, and none is blocked.
cat >"$TEST_TMP/wait" <<'WAIT'
#!/bin/bash
echo begun
read -r _
grep -E 'Sig(Blk|Ign)' /proc/self/status
WAIT
chmod 755 "$TEST_TMP" "$TEST_TMP/wait"
mkfifo "$TEST_TMP/go"
exec 8<>"$TEST_TMP/go"
env --ignore-signal=HUP,INT,CHLD,QUIT,XFSZ,PIPE,USR1 --block-signal=HUP,USR2 "$poolrig" exec -i -q -- "$TEST_TMP/wait" >"$out" 2>"$err" <&8 &
supervisor=$!
begun "$out" begun
kill -HUP $supervisor
kill -INT $supervisor
echo go >&8
code=0
wait $supervisor || code=$?
expect 0
[ "$(awk '/^Sig/ {print $1 $2}' "$out" | sort | tr '\n' ' ')" = 'SigBlk:0000000000000000 SigIgn:0000000000000000 ' ] || bad "the command: $(cat "$out")"
exec 8>&-
"$poolrig" exec -q -- sleep 1000 >"$out" 2>"$err" </dev/null &
supervisor=$!
begun /proc/$supervisor/status '^SigBlk:.*4001$'
kill -TERM $supervisor
code=0
wait $supervisor || code=$?
expect 3

# The rig's own CPU time, of which it needs some for each trial, is up: it ends in order.
printf '%s\n' 'experiment: many' 'trials: {count: 2000}' 'variants: [{name: quick, command: ["true"], protocol: no}]' >"$TEST_TMP/many.yaml"
(
	ulimit -S -t 1
	rig run "$TEST_TMP/many.yaml" --store "$store" -q
	expect 3
	said '^poolrig: interrupted: [0-9]+ of 2000 trials'
	exit $failed
) || failed=1
assert_nothing_left

# A reader that does not read makes the rig deaf neither to its time limit nor to a signal: the limits of waiting are
# far above what the rig needs.
for ending in --timeout=1s TERM; do
	rm -f "$TEST_TMP/unread"
	mkfifo "$TEST_TMP/unread"
	exec 7<>"$TEST_TMP/unread"
	"$poolrig" exec --json "$json" ${ending##[A-Z]*} -- bash -c 'exec -a "$0" yes' "$mark" >"$TEST_TMP/unread" 2>"$err" </dev/null 7<&- &
	supervisor=$!
	if [ $ending = TERM ]; then
		begun /proc/$supervisor/status '^SigBlk:.*4001$'
		sleep 1 # until it writes, and all is full
		kill -TERM $supervisor
	fi
	for ((i = 0; i < 300; i++)); do
		kill -0 $supervisor 2>/dev/null || break
		sleep 0.1
	done
	[ $i -lt 300 ] || bad "$ending: it waits for its reader"
	exec 7<&-
	code=0
	wait $supervisor || code=$?
	[ $ending = TERM ] && expect 3 || expect 4
	said 'of its output, [0-9]+ bytes were not read, and are lost$'
	assert_nothing_left
done
measured '.outcome == "rig_failed" and ([.interference[] | select(.name == "output_held")][0].value > 0)'

# A rig that is stopped itself sees nothing, so the trial is void, and a command that ends meanwhile has not timed out.
rm "$TEST_TMP/go"; mkfifo "$TEST_TMP/go"
"$poolrig" exec --json "$json" --stdin --timeout 1s -- sh -c 'echo up; read x' <"$TEST_TMP/go" >"$out" 2>"$err" &
supervisor=$!
exec 8>"$TEST_TMP/go"
begun "$out" up
kill -STOP $supervisor
echo >&8
exec 8>&-
sleep 1.5
kill -CONT $supervisor
code=0
wait $supervisor || code=$?
expect 5
said 'void: the rig itself did not run for [1-9][0-9.]* s: it was stopped'
measured '.outcome == "void" and .metrics.wall_seconds > 0'
measured '[.interference[] | select(.name == "rig_paused")][0].value > 1'
measured '.grade.observation.level == "C"'

cat >"$TEST_TMP/paused.yaml" <<YAML
experiment: paused
load: {rate: 500, service: 1ms, warmup: 1s, measure: 1s, lateness: 10s}
trials: {count: 1, retries: 0}
variants:
  - {name: fixed, command: [poolbench], params: {pool: fixed, size: 20, task: wait}}
YAML
"$poolrig" run "$TEST_TMP/paused.yaml" --store "$TEST_TMP/paused.db" -q >"$out" 2>"$err" </dev/null &
supervisor=$!
begun "$err" '^trial 1 of 1: fixed'
sleep 0.6
kill -STOP $supervisor
sleep 1.7
kill -CONT $supervisor
code=0
wait $supervisor || code=$?
expect 5
rig show latest --json --store "$TEST_TMP/paused.db"
jq -e '.trials[0] | .outcome == "void" and (.reason | test("did not run for"))' "$out" >/dev/null || bad "$(jq -c '.trials[0] | [.outcome, .reason]' "$out")"
# Its window began and ended while the rig was stopped.
jq -e '.trials[0].interference | map({key: .name, value: .}) | from_entries
	| .late_borders.value > 0.1 and (.late_samples.detail | test(" [1-9][0-9]* instants were missed"))' "$out" >/dev/null ||
	bad "$(jq -c '.trials[0].interference' "$out")"

# -- on a terminal: a live line, and Ctrl-C ---------------------------------------------------------
cat >"$TEST_TMP/terminal.py" <<'PY'
import os, pty, select, signal, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
said, until, sent = b"", time.monotonic() + 60, False
while time.monotonic() < until:
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        said += data
    if not sent and b"long, 1" in said:
        os.write(terminal, b"\x03")
        sent = True
if not sent:
    os.kill(pid, signal.SIGKILL)
_, status = os.waitpid(pid, 0)
os.write(1, said)
sys.exit(os.waitstatus_to_exitcode(status))
PY
code=0
timeout 180 /usr/bin/python3 -IS "$TEST_TMP/terminal.py" "$poolrig" run "$TEST_TMP/long.yaml" --store "$store" -q >"$out" 2>"$err" || code=$?
expect 3
tr '\r' '\n' <"$out" >"$TEST_TMP/lines"
grep -Eq 'trial [1-4] of 4: long, 1' "$TEST_TMP/lines" || bad "no live line: $(cat -v "$TEST_TMP/lines")"
grep -Eq '^poolrig: interrupted: [0-3] of 4 trials are stored' "$TEST_TMP/lines" || bad "not said: $(cat -v "$TEST_TMP/lines" | tail -n 3)"

leave
