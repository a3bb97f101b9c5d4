#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: the files, events and limits of cgroup v2.
# Below a parent that is not the root; a limit further up is named.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_probe parent
