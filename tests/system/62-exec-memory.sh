#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: a cell's limits and counters are v2's there.
# Memory limits: a hog that stays below passes, one that does not is killed, and whose limit it was is told.
. "$(dirname "$0")/../helpers/rig.sh"
. "$(dirname "$0")/../helpers/groups.sh"

hog() { # hog MEBIBYTES: a command that fills so many
	echo "\$x = 'x' x ($1 * 1048576); \$x =~ tr/x/y/; print length \$x"
}

rig exec -q --memory 64M --json "$json" -- perl -e "$(hog 24)"
expect 0
[ "$(cat "$out")" = $((24 * 1048576)) ] || bad "the hog said: $(cat "$out" "$err")"
measured '.metrics.memory_peak_bytes >= 24 * 1048576 and .metrics.memory_peak_bytes <= 64 * 1048576'
measured '.metrics.peak_rss_bytes >= 24 * 1048576'
measured '.grade.memory | .level == "A" and (.asked | test("67108864|64")) and (.granted | test("67108864|64"))'

rig exec --memory 32M --json "$json" -- perl -e "$(hog 128)"
expect 4
said 'perl: workload_failed: OOM kill: the cell.s own limit was reached \(memory\.max 33554432\); killed by signal 9'
measured '.outcome == "workload_failed" and .metrics.memory_events.oom_kill >= 1'
measured '[.events[].kind] | any(test("memory|oom"))'

# The kernel kills a child, the command itself ends well: the trial is none the less not what was asked for.
rig exec --memory 32M --json "$json" -- sh -c 'perl -e "$1"; exit 0' sh "$(hog 128)"
expect 4
said 'OOM kill: the cell.s own limit was reached \(memory\.max 33554432\); exit status 0'

if [ -z "$vm" ]; then # too slow there, and nothing but a larger hog
	rig exec --memory 64M --timeout 60s --json "$json" -- stress-ng --temp-path /tmp --vm 1 --vm-bytes 256M --vm-keep --oomable -t 5
	expect 4
	said 'OOM kill: the cell.s own limit'
	measured '.metrics.memory_events.oom_kill >= 1'
fi

# -- the limit of a group above -----------------------------------------------------------------
group=poolrig-test-$$
trap 'remove_group "$group"' EXIT
make_group "$group" && limit_group "$group" $((48 * 1048576)) || bad "cannot make a group: $group"
rig exec --cgroup-parent "/$group" --memory 256M --json "$json" -- perl -e "$(hog 128)"
expect 4
said 'OOM kill: the limit of an ancestor was reached \(.*'"$group"
measured '.metrics.memory_peak_bytes < 64 * 1048576' # the kernel charges in batches
rig exec -q --cgroup-parent "/$group" --memory 256M -- perl -e "$(hog 8)"
expect 0
[ -z "$(find /sys/fs/cgroup -path "*/$group/*" -type d)" ] || bad "left below $group"
rig exec --cgroup-parent /no/such/group -- true
expect 2
said '"/no/such/group" must be there in every hierarchy; make it or choose another'
for top in "${hierarchies[@]}"; do # where a cpuset is v1's, a new group has none
	[ -e "$top/tasks" ] && [ -e "$top/cpuset.mems" ] || continue
	remove_group "$group"
	make_group "$group" && rmdir "$top/$group" && mkdir "$top/$group" || bad "cannot make $group anew"
	rig exec --cgroup-parent "/$group" -- true
	expect 2
	said "parent group \"/$group\": $top/$group/cpuset.cpus is empty, so no process can run below it"
done

leave
