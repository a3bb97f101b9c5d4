#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Beside others: it makes no cell.
# Limit: 900
# The tests of the queues can fail: each of the mutations of scripts/mutate-queues is found by one.
set -eu
cd "$(dirname "$0")/../.."
export TMPDIR="${TEST_TMP:-/tmp}"
scripts/mutate-queues --jobs 2

# One that does not apply, because the code has changed, is no pass.
copy=$(mktemp -d)
mkdir -p "$copy/scripts" "$copy/pool/queue"
cp scripts/mutate-queues "$copy/scripts/"
cp Makefile "$copy/"
cp -r pool tests base "$copy/"
sed -i 's/&ec->epoch, 1/\&ec->epoch, 2/' "$copy/pool/queue/eventcount.h"
code=0
said=$("$copy/scripts/mutate-queues" "the epoch does not advance" 2>&1) || code=$?
rm -rf "$copy"
[ "$code" = 2 ] || { echo "a mutation that does not apply: exit code $code, not 2: $said"; exit 1; }
echo "$said" | grep -q 'occurs 0 times' || { echo "it does not say why: $said"; exit 1; }
