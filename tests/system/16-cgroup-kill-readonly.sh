#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: the files, events and limits of cgroup v2.
# The same where the kernel refuses cgroup.kill and cgroup.freeze (mounted read-only over them, in a
# mount namespace of the probe's own).
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_kill_probe readonly
