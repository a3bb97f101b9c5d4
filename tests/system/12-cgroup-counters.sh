#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: the files, events and limits of cgroup v2.
# Every counter is had, or says why not; they move with what a child does.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_probe counters
