#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Nothing outlives a cell: a daemon, a frozen process.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_kill_probe survivor
scenario cg_kill_probe frozen
