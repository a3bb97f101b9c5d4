#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every probe sees what its self-test provokes.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario probe_self_test all
