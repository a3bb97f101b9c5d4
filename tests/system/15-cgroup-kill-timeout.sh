#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: the files, events and limits of cgroup v2.
# What can't be killed in time is named: group, pid, command.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_kill_probe timeout
