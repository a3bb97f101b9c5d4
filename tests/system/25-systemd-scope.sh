#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: systemd with v2 alone.
# VM: --systemd
# v2 under systemd: the rig asks for a scope, keeps within it, and nothing of it is left afterwards.
. "$(dirname "$0")/../helpers/site.sh"
need_vm

scopes() { systemctl list-units --all --no-legend --plain 'poolrig-2*' | cut -d' ' -f1; }
groups() { find $v2 -type d -name 'poolrig-2*' -printf '/%P\n' | sort; }
no_scopes() { [ -z "$(scopes)$(groups)" ]; }
# Everybody's groups and what they hand down, but for the scope's own. (That systemd itself enables what it
# delegates is its affair: it is compared when the scope is gone again.)
state() { find $v2 -path '*/poolrig-2*' -prune -o -name cgroup.subtree_control -print0 | sort -z | xargs -0 grep -H ''; }
"$poolrig" exec --quiet -- true # whatever the first call starts (dbus.service) is started now
wait_for "the first scope's end" no_scopes
before=$(state)

begin_exec one --memory 64M
scope=/system.slice/$(scopes)
run=${scope##*/}
run=$scope/${run%.scope}
expect "all groups" "$scope
$run" "$(groups)"
expect "the cell" 67108864 "$(cat "$v2$run/poolrig-exec/memory.max")"
expect "populated" "populated 1" "$(head -n 1 "$v2$run/poolrig-exec/cgroup.events")"
expect "the supervisor's own group" "$(cat /proc/self/cgroup)" "$(cat /proc/$pid/cgroup)"
expect "the scope's own processes" "" "$(cat "$v2$scope/cgroup.procs")"
expect "a limit above the cell's own" max "$(cat "$v2$scope/pids.max")"
end_exec one $pid
expect "exit code" 0 $?
wait_for "the scope's end" no_scopes
expect "everybody's groups afterwards" "$before" "$(state)"

# Whatever is written to or made below /sys/fs/cgroup is below the scope.
strace -f -y -e trace=openat,mkdir,mkdirat,rmdir,unlinkat -o "$TEST_TMP/strace" "$poolrig" exec --quiet --memory 64M --cpus 0 -- true
expect "exit code under strace" 0 $?
touched() { grep -E '/sys/fs/cgroup' "$TEST_TMP/strace" | grep -E 'O_WRONLY|O_RDWR|mkdir|rmdir|unlinkat'; }
[ "$(touched | wc -l)" -ge 8 ] || { echo "strace has not seen what is written:"; touched; failed=1; }
expect "writes outside the scope" "" "$(touched | grep -Ev '/poolrig-2[^/]*\.scope[/>]')"

# A whole run, and without D-Bus: by systemd's own socket.
"$poolrig" run experiments/short.yaml --store "$TEST_TMP/results.db" --set trials.count=1 \
	--set load.lateness=10s --set load.measure=500ms >"$TEST_TMP/out" 2>&1
expect "exit code of a run" 0 $?
DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent "$poolrig" exec --quiet -- true
expect "exit code without a bus" 0 $?

# A group that somebody has made for the rig is used as it stands.
mkdir $v2/given
"$poolrig" exec --quiet --cgroup-parent /given -- true
expect "exit code below a group that was given" 0 $?
wait_for "the scopes' ends" no_scopes
rmdir $v2/given

# Killed: the keeper ends with its supervisor, and `clean` ends the rest.
begin_exec killed
kill -9 $pid
wait $pid 2>/dev/null
"$poolrig" clean
expect "exit code of clean" 0 $?
expect "journals" "" "$(ls /run/poolrig)"
wait_for "the killed scope's end" no_scopes
expect "everybody's groups at the end" "$before" "$(state)"

# No way to systemd: an error that names the way out.
said=$(DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent unshare -m sh -c '
	mount -t tmpfs none /run/systemd && mkdir /run/systemd/system && exec "$@"' - "$poolrig" exec -- true 2>&1)
expect "exit code without systemd" 3 $?
expect "the way out" 1 "$(grep -c -- '--cgroup-parent GROUP' <<<"$said")"
exit $failed
