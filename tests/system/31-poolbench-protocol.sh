#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# poolbench over a real socket pair: every pool, the sum rule, the record set, bad input, hang-ups.
# POOLBENCH names another build of it (one with sanitizers, say).
set -eu
cd "$(dirname "$0")/../.."
export PYTHONDONTWRITEBYTECODE=1

python3 -c 'import socket; socket.send_fds' 2>/dev/null || {
	echo "skipped: python3 of 3.9 or later is not installed"
	exit 77
}
[ -n "${POOLBENCH:-}" ] || make -s build/release/poolbench
exec python3 tests/helpers/poolbench_cases.py "${POOLBENCH:-build/release/poolbench}"
