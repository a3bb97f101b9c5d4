#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: the files, events and limits of cgroup v2.
# A process in the groups of one hierarchy only, and a cell whose groups are not all there.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_kill_probe split
