#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: the files, events and limits of cgroup v2.
# Nor does a fork bomb below pids.max.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_kill_probe bomb
