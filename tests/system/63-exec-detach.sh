#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: a cell is killed and cleaned up by v2's own files.
# Nothing outlives its cell: a daemon, one that ignores signals, zombies, a large family, frozen and stopped ones.
. "$(dirname "$0")/../helpers/rig.sh"

# A daemon: a new session, twice forked, deaf, its descriptors closed.
cat >"$TEST_TMP/daemon" <<'DAEMON'
#!/bin/bash
setsid bash -c '
	trap "" TERM INT HUP QUIT
	(bash -c "trap \"\" TERM HUP; exec -a $0-deep sleep 1000" &)
	exec -a $0-daemon sleep 1000 >&- 2>&- <&-
' "$1" &
while [ "$(grep -ls "^$1-d" /proc/[0-9]*/cmdline | wc -l)" -lt 2 ]; do sleep 0.1; done
echo "there they are"
DAEMON
chmod 755 "$TEST_TMP/daemon"
rig exec -q --timeout 60s -- "$TEST_TMP/daemon" "$mark"
expect 0
printed '^there they are$'
assert_nothing_left # at once, not only at the end

# Children that nobody waited for become the cell's, and are reaped there.
rig exec -q -- bash -c 'for i in 1 2 3 4 5; do (true & exec true); done; sleep 0.3; ps -eo stat= | grep -c Z'
[ "$(cat "$out")" = 0 ] || bad "zombies: $(cat "$out")"

# A large family, deaf, some of it stopped, whose head has gone.
many=$((vm ? 30 : 200))
cat >"$TEST_TMP/family" <<'FAMILY'
#!/bin/bash
trap '' TERM INT HUP
for ((i = 0; i < $2; i++)); do
	bash -c 'exec -a "$0-child" sleep 1000' "$1" &
	[ $((i % 4)) = 0 ] && kill -STOP $!
done
echo "all born"
FAMILY
chmod 755 "$TEST_TMP/family"
rig exec -q --timeout 120s --json "$json" -- "$TEST_TMP/family" "$mark" "$many"
expect 0
printed '^all born$'
measured ".metrics.pids_peak > $many"
assert_nothing_left

# A stopped init is not waited for.
mkfifo "$TEST_TMP/go"
"$poolrig" exec -q --stdin -- sh -c 'echo up; read x' <"$TEST_TMP/go" >"$out" 2>"$err" &
supervisor=$!
exec 8>"$TEST_TMP/go"
for ((i = 0; i < 600; i++)); do
	grep -q up "$out" && break
	sleep 0.1
done
inits=$(grep -l '^NSpid:.*[^0-9]1$' $(pgrep -P $supervisor | sed 's|.*|/proc/&/status|'))
[ "$(wc -w <<<"$inits")" = 1 ] || bad "the cell's init: $inits"
init=${inits//[!0-9]/}
kill -STOP "$init"
echo >&8
exec 8>&-
code=0
wait $supervisor || code=$?
expect 0
kill -0 "$init" 2>/dev/null && bad "the init is still there"

# No groups below the cell's own can be made by what runs in it, so none has to be looked for.
rig exec -q -- sh -c 'for dir in $(awk "/ - cgroup2? / {print \$5}" /proc/self/mountinfo); do mkdir "$dir/sub" && echo "$dir"; done 2>/dev/null; echo done'
[ "$(cat "$out")" = "done" ] || bad "groups were made: $(cat "$out")"

leave
