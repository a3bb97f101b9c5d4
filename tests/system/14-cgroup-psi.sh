#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: the files, events and limits of cgroup v2.
# Two processes that want one core trigger a pressure event.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_probe psi
