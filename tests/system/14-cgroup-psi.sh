#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Two processes that want one core trigger a pressure event.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_probe psi
