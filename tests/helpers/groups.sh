# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# To be sourced after rig.sh: groups of a test's own, made alike in every hierarchy that the rig uses.
#
#   make_group NAME                 with the controllers, and the parent's cpus and mems
#   limit_group NAME BYTES          memory and swap together
#   remove_group NAME               also of what is not there
mapfile -t hierarchies <<<"$(awk '{
	for (i = 7; i < NF; i++)
		if ($i == "-" && ($(i + 1) == "cgroup2" || ($(i + 1) == "cgroup" && $NF ~ /[,](cpuset|cpu|cpuacct|memory|pids|freezer)(,|$)/)))
			print $5
}' /proc/self/mountinfo)"

make_group() {
	local top
	for top in "${hierarchies[@]}"; do
		[ -e "$top/cgroup.subtree_control" ] &&
			for name in cpuset cpu memory pids; do echo "+$name" >"$top/cgroup.subtree_control"; done 2>/dev/null
		mkdir -p "$top/$1" || return
		[ ! -e "$top/tasks" ] || [ ! -e "$top/$1/cpuset.cpus" ] || {
			cat "$top/cpuset.cpus" >"$top/$1/cpuset.cpus"
			cat "$top/cpuset.mems" >"$top/$1/cpuset.mems"
		}
	done
}

limit_group() {
	local top
	for top in "${hierarchies[@]}"; do
		if [ -e "$top/$1/memory.max" ]; then
			echo 0 >"$top/$1/memory.swap.max" 2>/dev/null
			echo "$2" >"$top/$1/memory.max" || return
		elif [ -e "$top/$1/memory.limit_in_bytes" ]; then
			echo "$2" >"$top/$1/memory.limit_in_bytes" || return
			echo "$2" >"$top/$1/memory.memsw.limit_in_bytes" 2>/dev/null
		fi
	done
	return 0
}

remove_group() {
	local top
	for top in "${hierarchies[@]}"; do
		[ ! -d "$top/$1" ] || find "$top/$1" -depth -type d -exec rmdir {} +
	done
}
