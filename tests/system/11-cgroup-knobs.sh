#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: the files, events and limits of cgroup v2.
# Every knob is set, read back, and held, or says what its absence costs.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_probe knobs
scenario cg_probe drift
