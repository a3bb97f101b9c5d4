#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: a cell's limits and counters are v2's there.
# poolrig exec: what it measures, how it says of what a command died, what it lets through.
. "$(dirname "$0")/../helpers/rig.sh"

rig exec --json "$json" -- /bin/true
expect 0
said '^poolrig: /bin/true: ok$'
said '^  time      wall time [0-9.]+ (us|ms)'
said '^  memory    peak RSS '
said '^  grades    cpu ., memory ., network A, observation .'
grep -q 'loopback only' "$err" && bad "reasons for grades without --all"
measured '.outcome == "ok" and .reason == null'
measured '.metrics.wall_seconds > 0 and .metrics.cpu_seconds > 0 and .metrics.memory_peak_bytes > 0'
measured '.metrics.pids_peak == 1 and .metrics.memory_events.oom_kill == 0'
measured '[.grade.cpu, .grade.memory, .grade.network, .grade.observation] | all(.level | IN("A", "B", "C", "-"))'

# -- how it ended ---------------------------------------------------------------------------
rig exec --quiet --json "$json" -- false
expect 4
measured '.outcome == "workload_failed" and (.reason | test("exit status 1"))'
[ -s "$err" ] && bad "--quiet was not: $(cat "$err")"

# The report names the command as what it is, on one line.
forger=$TEST_TMP/$'caf\xc3\xa9\e]0;x\a\nforged'
cp /bin/true "$forger"
rig exec -- "$forger"
expect 0
said '/café\\x1b\]0;x\\x07 forged: ok$'
tame "$err"

rig exec -- sh -c 'kill -SEGV $$'
expect 4
said 'killed by signal 11 \(Segmentation fault\)'

# abort(3) raises a signal in the process itself: process 1 of a namespace would survive it.
rig exec -- perl -MPOSIX -e 'POSIX::abort()'
expect 4
said 'killed by signal 6 \(Aborted\)'

rig exec --timeout 300ms --json "$json" -- bash -c 'exec -a "$0" sleep 1000' "$mark"
expect 4
said 'timed out: it had 300ms to'
measured '.metrics | .wall_seconds > 0.1 and .exit_signal == 9 and .exit_code == null and .context_switches > 0'

# -- with which code ------------------------------------------------------------------------
rig exec --exit-code pass --all --json "$json" -- sh -c 'exit 113'
expect 113
said 'workload_failed: exit status 113$'
said '^  network A  +namespace [0-9]+, loopback only$'
measured '.metrics.exit_code == 113 and .metrics.exit_signal == null'
rig exec --quiet --exit-code pass -- sh -c 'kill -USR1 $$'
expect $((128 + 10))
rig exec --quiet --exit-code pass --timeout 200ms -- sleep 1000
expect $((128 + 9))
rig exec --exit-code pass -- "$TEST_TMP/none"
expect 125
said 'no such file'
rig exec --exit-code pass --memory 1 -- true
expect 125
rig exec --quiet --exit-code pass -- true
expect 0

# -- a level is that of its life, not of its end ----------------------------------------------
rig exec --quiet --json "$json" -- perl -e '$x = "x" x 50_000_000; select undef, undef, undef, 0.5'
expect 0
measured '.metrics.memory_anon_bytes > 50000000'

printf 'no program' >"$TEST_TMP/junk"
chmod 755 "$TEST_TMP/junk"
rig exec -- "$TEST_TMP/junk"
expect 4
said 'junk: cannot be executed: Exec format error'

# What follows is the same with any kernel.
[ -z "$vm" ] || leave

# -- what goes through ------------------------------------------------------------------------
rig exec --quiet -- sh -c 'echo to stdout; echo to stderr >&2'
expect 0
[ "$(cat "$out")" = "to stdout" ] || bad "stdout: $(cat "$out")"
[ "$(cat "$err")" = "to stderr" ] || bad "stderr: $(cat "$err")"

[ "$(echo secret | "$poolrig" exec -q -- cat)" = "" ] || bad "standard input was not empty"
[ "$(echo open | "$poolrig" exec -q --stdin -- cat)" = open ] || bad "--stdin did not pass on"

# Into one file, in the order in which they were written.
"$poolrig" exec -q --json "$json" -- sh -c 'for i in 1 2 3 4; do echo o$i; echo e$i >&2; done' >"$out" 2>&1 </dev/null
[ "$(tr '\n' ' ' <"$out")" = "o1 e1 o2 e2 o3 e3 o4 e4 " ] || bad "out of order: $(tr '\n' ' ' <"$out")"
measured '[.logs[].name] == ["stdout+stderr"] and .logs[0].bytes == 24'

# What nobody reads yet is no time of the command's.
"$poolrig" exec --json "$json" --timeout 30s -- seq 20000 2>"$err" </dev/null | (sleep 1; cat) >"$out"
[ "$(cat "$out")" = "$(seq 20000)" ] || bad "of 20000 lines came $(wc -l <"$out")"
measured '.outcome == "ok" and ([.interference[] | select(.name == "output_held")][0].value == 0)'

FOREIGN=1 rig exec -q -- env
expect 0
[ "$(sed 's/=.*//' "$out" | sort | tr '\n' ' ')" = "HOME LANG PATH TMPDIR USER " ] ||
	bad "the environment is not clean: $(cat "$out")"
FOREIGN=1 rig exec -q -e ONE=1 --env "TWO=a b=c" -e LANG=C -- env
printed '^ONE=1$'
printed '^TWO=a b=c$'
printed '^LANG=C$'
grep -c '^LANG=' "$out" | grep -qx 1 || bad "LANG is there twice"
FOREIGN=1 rig exec -q --keep-env -e ONE=1 -- env
printed '^FOREIGN=1$'
printed '^ONE=1$'
# A caller without any environment passes on none; its PATH finds the command, unless --env sets another.
env -i "$poolrig" exec -q --keep-env -- /usr/bin/env >"$out" 2>"$err"
[ -s "$out" ] && bad "an empty environment: $(cat "$out")"
mkdir "$TEST_TMP/bin"
printf '#!/bin/sh\necho own $PATH\n' >"$TEST_TMP/bin/uname"
chmod 755 "$TEST_TMP" "$TEST_TMP/bin" "$TEST_TMP/bin/uname"
rig exec -q -e PATH=/nowhere -e "PATH=$TEST_TMP/bin:/bin" -- uname
expect 0
printed "^own $TEST_TMP/bin:/bin\$"
rig exec -q -e PATH=/nowhere -- uname
expect 2
said '"uname": no such program'
PATH=$TEST_TMP/bin:$PATH rig exec -q -- uname
printed '^own /usr/local/sbin:'


# The private /tmp does not hide where one stands, nor the program.
printf '#!/bin/sh\npwd\ncat here\n' >"$TEST_TMP/script"
chmod 755 "$TEST_TMP/script"
echo seen >"$TEST_TMP/here"
for program in ./script "$TEST_TMP/script"; do
	code=0
	(cd "$TEST_TMP" && "$poolrig" exec -q -- "$program") >"$out" 2>"$err" || code=$?
	expect 0
	[ "$(cat "$out")" = "$TEST_TMP
seen" ] || bad "$program: $(cat "$out" "$err")"
done
rig exec -q -- "$TEST_TMP/script"
expect 4
[ "$(head -n 1 "$out")" = "$PWD" ] || bad "the working directory: $(cat "$out")"

# /tmp itself is the cell's own, also for who stands in it; a program that lies right there is seen.
printf '#!/bin/sh\npwd\nls\n' >"/tmp/$mark"
chmod 755 "/tmp/$mark"
(cd /tmp && "$poolrig" exec -q -- "./$mark") >"$out" 2>"$err" || bad "from /tmp: $(cat "$err")"
rm -f "/tmp/$mark"
[ "$(cat "$out")" = "/tmp
$mark" ] || bad "what a program saw in /tmp: $(cat "$out")"

# A directory that is there no more is no hindrance.
mkdir "$TEST_TMP/gone"
(cd "$TEST_TMP/gone" && rmdir "$TEST_TMP/gone" && "$poolrig" exec -q -- true) 2>"$err" || bad "from nowhere: $(cat "$err")"

# -- where the result goes ----------------------------------------------------------------------
rig exec -q --json - -- true
jq -e '.metrics.exit_code == 0' "$out" >/dev/null || bad "--json -: $(head -n 3 "$out")"
[ ! -e ./- ] || bad "--json - made a file"
mkfifo "$TEST_TMP/fifo"
ln -s fifo "$TEST_TMP/to-fifo"
cat "$TEST_TMP/fifo" >"$TEST_TMP/through" &
rig exec -q --json "$TEST_TMP/to-fifo" -- true
wait $!
jq -e '.metrics.exit_code == 0' "$TEST_TMP/through" >/dev/null || bad "through a FIFO: $(head -n 3 "$TEST_TMP/through")"
[ -p "$TEST_TMP/fifo" ] && [ -L "$TEST_TMP/to-fifo" ] || bad "the FIFO, or the link to it, was replaced"
# Devices, in a /dev of its own: what goes wrong here does no harm.
cat >"$TEST_TMP/devices" <<'SH'
mount -t tmpfs none "$1" && mknod "$1/null" c 1 3 && mknod "$1/full" c 1 7 && mknod "$1/disk" b 1 0 || exit 9
: >"$1/mount" && mount --bind "$1/mount" "$1/mount" || exit 9
for device in null full disk mount; do
	code=0
	"$2" exec -q --json "$1/$device" -- true || code=$?
	echo "$device $code $(stat -c %F "$1/$device")"
done
ls "$1" | wc -l
SH
mkdir "$TEST_TMP/dev"
unshare -m sh "$TEST_TMP/devices" "$TEST_TMP/dev" "$poolrig" >"$out" 2>"$err"
[ "$(cat "$out")" = "null 0 character special file
full 3 character special file
disk 2 block special file
mount 2 regular empty file
4" ] || bad "devices: $(cat "$out" "$err")"
said '^poolrig: --json .*/full: cannot write all of it: No space left on device$'

# -- output that can't be written ---------------------------------------------------------------
code=0
"$poolrig" exec -q --json "$json" -- seq 3 >/dev/full 2>"$err" </dev/null || code=$?
expect 3
said '^poolrig: standard output: cannot write all that the command wrote: No space left on device$'
measured '.metrics.exit_code == 0 and .logs[0].tail == "1\n2\n3\n"'
code=0
"$poolrig" exec -q -- sh -c 'echo lost >&2; exit 1' 2>/dev/full </dev/null || code=$?
expect 3
code=0
"$poolrig" exec -q -- echo lost >&- 2>"$err" </dev/null || code=$?
expect 3
said 'Bad file descriptor'
code=0
"$poolrig" exec --json "$json" -- true 2>/dev/full </dev/null || code=$?
expect 3
measured '.metrics.exit_code == 0'
code=0
"$poolrig" exec --exit-code pass -- true 2>/dev/full </dev/null || code=$?
expect 125

# Without its reader, a command without end gets SIGPIPE.
"$poolrig" exec -q --json "$json" -- yes 2>"$err" </dev/null | head -n 2 >"$out"
code=${PIPESTATUS[0]}
expect 4
[ "$(cat "$out")" = "y
y" ] || bad "of yes came: $(head -c 100 "$out")"
measured '.reason | test("killed by signal 13")'

# All of it arrives through a pipe that does not wait.
cat >"$TEST_TMP/nonblocking.py" <<'PY'
import fcntl, os, select, subprocess, sys, time
ends = os.pipe()
fcntl.fcntl(ends[1], fcntl.F_SETFL, os.O_NONBLOCK)
rig = subprocess.Popen(sys.argv[1:], stdout=ends[1])
while select.select([], [ends[1]], [], 0)[1] and rig.poll() is None: # until it is full
    time.sleep(0.01)
os.close(ends[1])
with os.fdopen(ends[0], "rb") as pipe:
    print(len(pipe.read()))
sys.exit(rig.wait())
PY
code=0
/usr/bin/python3 -IS "$TEST_TMP/nonblocking.py" "$poolrig" exec -q -- seq 30000 >"$out" 2>"$err" || code=$?
expect 0
[ "$(cat "$out")" = "$(seq 30000 | wc -c)" ] || bad "through a non-blocking pipe came $(cat "$out") bytes"

# -- a flood is passed on, and not held ---------------------------------------------------------
size=100000000
mkfifo "$TEST_TMP/go"
"$poolrig" exec -q --stdin --json "$json" -- sh -c "head -c $size /dev/zero; echo flooded >&2; read x" \
	<"$TEST_TMP/go" 2>"$err" | wc -c >"$TEST_TMP/count" &
exec 8>"$TEST_TMP/go"
for ((i = 0; i < 600; i++)); do
	grep -q flooded "$err" && break
	sleep 0.1
done
supervisor=$(pgrep -P $$ -x poolrig || true)
peak=$(awk '/^VmHWM/ {print $2}' "/proc/$supervisor/status")
exec 8>&-
wait
[ "${peak:-999999}" -lt 20480 ] || bad "the supervisor's peak is ${peak:-unknown} KiB"
[ "$(cat "$TEST_TMP/count")" -eq "$size" ] || bad "of the flood came $(cat "$TEST_TMP/count") bytes"
measured ".logs[0] | .bytes == $size and .dropped > 0 and .dropped < $size and (.tail | length) < 1000000"

leave
