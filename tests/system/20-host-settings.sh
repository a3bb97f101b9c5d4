#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: it changes the host's settings of v2.
# v2: the controllers that a run enables below the parent of its groups are disabled again, by the run, by
# `clean` after a kill, or by the last of several runs; what was or came to be somebody else's stays.
. "$(dirname "$0")/../helpers/site.sh"
need_vm

parent=$v2/test-$$
enabled() { cat "$parent/cgroup.subtree_control"; }
journals() { ls /run/poolrig; }

echo +memory +pids +cpuset +cpu >$v2/cgroup.subtree_control
mkdir "$parent"
trap 'rmdir "$parent"/* "$parent" 2>/dev/null' EXIT
all="cpuset cpu memory pids"

begin_exec one --cgroup-parent "/test-$$"
expect "enabled while it runs" "$all" "$(enabled)"
expect "the journal's line" "subtree /test-$$ cpuset,cpu,memory,pids" "$(grep -h subtree /run/poolrig/*.journal)"
end_exec one $pid
expect "exit code" 0 $?
expect "enabled after it" "" "$(enabled)"
expect "journals after it" "" "$(journals)"

begin_exec killed --cgroup-parent "/test-$$"
kill -9 $pid
wait $pid
expect "enabled after kill -9" "$all" "$(enabled)"
expect "clean" "cleaned up after 1 killed run" "$("$poolrig" clean)"
expect "enabled after clean" "" "$(enabled)"

# What was enabled before is none of our business.
echo +memory >"$parent/cgroup.subtree_control"
"$poolrig" exec --quiet --cgroup-parent "/test-$$" -- true
expect "enabled before and after" "memory" "$(enabled)"
echo -memory >"$parent/cgroup.subtree_control"

# Two at once: the first to end leaves it to the second.
begin_exec first --cgroup-parent "/test-$$"
first=$pid
begin_exec second --cgroup-parent "/test-$$"
second=$pid
end_exec first $first
expect "exit code of the first" 0 $?
expect "enabled after the first" "$all" "$(enabled)"
expect "clean while the second runs" "nothing to clean up" "$("$poolrig" clean)"
expect "enabled after that" "$all" "$(enabled)"
end_exec second $second
expect "exit code of the second" 0 $?
expect "enabled after the second" "" "$(enabled)"
expect "journals after the second" "" "$(journals)"

# Somebody else has come to need a controller meanwhile: it stays, for good.
begin_exec stays --cgroup-parent "/test-$$"
mkdir "$parent/other"
echo +memory >"$parent/other/cgroup.subtree_control"
end_exec stays $pid
expect "exit code beside another user" 0 $?
expect "enabled for another user" "memory" "$(enabled)"
expect "journals beside another user" "" "$(journals)"
rmdir "$parent/other"

# All is gone already, the parent too.
begin_exec gone --cgroup-parent "/test-$$"
kill -9 $pid
wait $pid
for group in "$parent"/poolrig-*; do
	wait_for "the killed cell" grep -q 'populated 0' "$group/cgroup.events"
	rmdir "$group"/* "$group" 2>/dev/null
done
rmdir "$parent"
expect "clean without the parent" "cleaned up after 1 killed run" "$("$poolrig" clean)"
exit $failed
