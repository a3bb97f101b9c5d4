#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: the files, events and limits of cgroup v2.
# A memory peak that is said to be reset is reset.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_probe peak
