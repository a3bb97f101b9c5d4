#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: the files, events and limits of cgroup v2.
# A cell that fills and empties says so.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_probe events
