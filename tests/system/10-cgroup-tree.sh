#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: the files, events and limits of cgroup v2.
# What is found is what is mounted: the mount table is the second witness.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_probe tree
grep '^hierarchy ' "$out" | while read -r _ version mount _; do
	case $version in
	v1) type=cgroup ;;
	v2) type=cgroup2 ;;
	esac
	if ! awk -v m="$mount" -v t="$type" '$2 == m && $3 == t { found = 1 } END { exit !found }' \
		/proc/self/mounts; then
		echo "$mount: no $type is mounted there"
		exit 1
	fi
done || exit 1
if grep -q ' cgroup2 ' /proc/self/mounts && ! grep -q '^hierarchy v2 ' "$out"; then
	echo "a v2 tree is mounted and was not found"
	exit 1
fi
