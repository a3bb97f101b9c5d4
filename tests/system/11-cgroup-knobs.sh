#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: the files, events and limits of cgroup v2.
# Every knob is set, read back, and held, or says what its absence costs.
. "$(dirname "$0")/../helpers/cg_probe.sh"
# Nothing hands the io controller down in a VM, which may have no disk either.
if [ -n "${POOLRIG_IN_VM-}" ] && grep -qw io /sys/fs/cgroup/cgroup.controllers; then
	modprobe loop || echo "no loop device"
	echo +io >/sys/fs/cgroup/cgroup.subtree_control
fi
scenario cg_probe knobs
if [ -n "${POOLRIG_IN_VM-}" ] && [ -e /sys/block/loop0 ] && ! grep -q '^knob io.max held' "$out"; then
	echo "io.max is not held"
	exit 1
fi
scenario cg_probe drift
