#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The example in docs/protocol.md works as it is printed there.
set -eu
cd "$(dirname "$0")/../.."
export PYTHONDONTWRITEBYTECODE=1

python3 -c 'import socket; socket.recv_fds' 2>/dev/null || {
	echo "skipped: python3 of 3.9 or later is not installed"
	exit 77
}
exec python3 tests/helpers/protocol_example.py docs/protocol.md
