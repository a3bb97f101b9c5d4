#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Beside others: it makes no cell.
# The unit tests of workloads/go, which make has built as programs.
set -u
cd "$(dirname "$0")/../.."

set -- build/release/tests/go/*.test
[ -x "$1" ] || {
	echo "skipped: workloads/go is not built: $(scripts/find-go 2>&1 >/dev/null || echo make tests builds it)"
	exit 77
}
failed=0
for test; do
	"$test" || {
		echo "$test: failed"
		failed=1
	}
done
exit $failed
