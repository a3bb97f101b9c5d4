#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: what a cgroup costs on v2.
# How long a cell takes to make and remove, beside the bare system calls. Printed, not asserted.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_probe bench
