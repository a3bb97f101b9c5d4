#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# gopool over a real socket pair: every pool, the sum rule, the record set, bad input, hang-ups.
set -eu
cd "$(dirname "$0")/../.."
export PYTHONDONTWRITEBYTECODE=1

python3 -c 'import socket; socket.send_fds' 2>/dev/null || {
	echo "skipped: python3 of 3.9 or later is not installed"
	exit 77
}
for program in gopool gopool-published; do
	[ -x "build/release/$program" ] || {
		echo "skipped: $program is not built: $(scripts/find-go 2>&1 >/dev/null || echo make builds it)"
		exit 77
	}
	python3 tests/helpers/gopool_cases.py "build/release/$program"
	[ -z "${POOLRIG_IN_VM:-}" ] || break # once is enough where all is slow
done
