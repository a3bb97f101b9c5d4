#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Nor does a fork bomb below pids.max.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_kill_probe bomb
