#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: the files, events and limits of cgroup v2.
# Where no v2 tree is at all, the v1 freezer and single kills must do.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_kill_probe v1
