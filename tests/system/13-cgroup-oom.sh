#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# An OOM kill is seen as an event, and traced to the limit that it came from.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_probe oom
scenario cg_probe oom-ancestor
