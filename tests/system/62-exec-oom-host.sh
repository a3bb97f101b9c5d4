#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: a cell's limits and counters are v2's there.
# VM: --memory 512M
# The whole host is out of memory: the cell's hog is killed, the rig survives and says what happened.
. "$(dirname "$0")/../helpers/rig.sh"
[ -n "$vm" ] || { echo "it uses up the machine's memory: only in a VM"; exit 77; }

rig exec --timeout 120s --json "$json" -- choom -n 1000 -- tail /dev/zero
expect 4
said 'OOM kill: the whole host ran out of memory; killed by signal 9'
measured '.metrics.memory_events.oom_kill >= 1'
rig exec -q -- true
expect 0

leave
