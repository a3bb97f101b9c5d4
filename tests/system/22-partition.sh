#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: partitions are v2's.
# VM: --cpus 4
# v2, with a core to spare: the cells' cores are a cpuset partition while a run lives, and the host's again
# after it. What can't be a partition is graded so, with the kernel's reason.
. "$(dirname "$0")/../helpers/site.sh"
need_vm

online=$(cat $v2/cpuset.cpus.effective)
db=$TEST_TMP/results.db
grade() { "$poolrig" show latest --json --store "$db" | jq -r "[.trials[].grade.cpu${1:-}] | unique | join(\"|\")"; }

told() { # told FILTER OPTION...: of a cell made with these options
	filter=$1
	shift
	"$poolrig" exec --quiet --json "$TEST_TMP/exec.json" "$@" -- true
	jq -r "$filter" "$TEST_TMP/exec.json"
}
cell() { told '.grade.cpu | .level + " " + (.reason // "")' "$@"; }

# The run, and what another process sees of it from outside in each state of it.
"$poolrig" run experiments/short.yaml --store "$db" --set trials.count=1 --set load.lateness=10s \
	--set load.measure=4s >"$TEST_TMP/out" 2>&1 &
run=$!
in_cell() { grep -qs 'populated 1' $v2/poolrig-*/poolrig-t*/cgroup.events; }
wait_for "a cell" in_cell
seen=$(cat $v2/poolrig-*/cpuset.cpus.partition $v2/poolrig-*/poolrig-t*/cpuset.cpus.partition \
	$v2/poolrig-*/poolrig-t*/cpuset.cpus.effective $v2/cpuset.cpus.effective)
expect "run, cell, its CPUs, the host's" "root member 1-3 0" "$(echo $seen)"
wait $run
expect "exit code" 0 $?
expect "the host's CPUs after it" "$online" "$(cat $v2/cpuset.cpus.effective)"
expect "what the grade says of partitions" 0 "$(grade .reason | grep -c partition)"
[ $failed = 0 ] || { cat "$TEST_TMP/out"; grade; }

# A parent that is no partition itself: a grade, no failure, and the cells are pinned all the same.
echo '+cpuset +cpu +memory +pids' >$v2/cgroup.subtree_control
mkdir $v2/plain-$$
trap 'rmdir $v2/plain-$$' EXIT
"$poolrig" run experiments/short.yaml --store "$db" --set trials.count=1 --set load.lateness=10s \
	--cgroup-parent /plain-$$ >"$TEST_TMP/out" 2>&1
expect "exit code without a partition" 0 $?
grade .reason | grep -q 'not an exclusive partition:.*Parent is not a partition root' || {
	echo "no reason: $(grade .reason)"
	failed=1
}
expect "cpus granted without a partition" 1 "$(grade .granted | grep -c 'cpuset 1-3')"

# Where the parent has no controllers to hand down, a run is graded down, and does not fail.
echo '-cpuset -cpu -memory -pids' >$v2/cgroup.subtree_control
expect "without controllers" ok "$(told .outcome --cpus 2 --cgroup-parent /plain-$$)"
echo '+cpuset +cpu +memory +pids' >$v2/cgroup.subtree_control

# exec: what is asked for and can't be had is worse than what was not asked for.
expect "isolated" 0 "$(cell --cpus 2-3 --partition isolated | grep -c partition)"
expect "all CPUs" 1 "$(cell --cpus "$online" --partition root | grep -c '^C .*partition root: ')"
expect "below a member" 1 "$(cell --cpus 2 --partition root --cgroup-parent /plain-$$ | grep -c '^C .*not a partition root')"
expect "the host's CPUs at the end" "$online" "$(cat $v2/cpuset.cpus.effective)"

# After kill -9 they are the host's again when all is cleaned up.
begin_exec killed --cpus 2-3 --partition root
expect "the host's CPUs" 0-1 "$(cat $v2/cpuset.cpus.effective)"
kill -9 $pid
wait $pid
"$poolrig" clean >/dev/null
expect "the host's CPUs after clean" "$online" "$(cat $v2/cpuset.cpus.effective)"
exit $failed
