#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: the files, events and limits of cgroup v2.
# Groups that the workload made go with the cell; a name that is taken is taken over.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_kill_probe nested
scenario cg_kill_probe deep
scenario cg_kill_probe taken
