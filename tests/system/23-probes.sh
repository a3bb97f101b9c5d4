#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: what probes read is in the files of v2.
# Every probe sees what its self-test provokes.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario probe_self_test all
