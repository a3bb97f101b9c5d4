#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: the files, events and limits of cgroup v2.
# Nothing outlives a cell: a daemon, a frozen process.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_kill_probe survivor
scenario cg_kill_probe frozen
