#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: the files, events and limits of cgroup v2.
# An OOM kill is seen as an event, and traced to the limit that it came from.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_probe oom
scenario cg_probe oom-ancestor
