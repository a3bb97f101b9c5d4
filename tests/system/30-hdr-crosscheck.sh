#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Beside others: it makes no cell.
# Our HdrHistogram encoding against an independent library, the Python package hdrhistogram.
# The package goes to a private folder; without it the test is skipped.
set -eu
cd "$(dirname "$0")/../.."
dir=build/crosscheck/python

skip() {
	echo "skipped: $1"
	exit 77
}

command -v python3 >/dev/null || skip "python3 is not installed"
make -s build/release/tests/helpers/hdr_tool
if ! PYTHONPATH=$dir python3 -c 'import hdrh.histogram' 2>/dev/null; then
	mkdir -p "$dir"
	python3 -m pip install --quiet --disable-pip-version-check --no-input --root-user-action=ignore \
		--target "$dir" 'hdrhistogram==0.10.8' >build/crosscheck/pip.log 2>&1 ||
		skip "pip can't install hdrhistogram: $(tail -n 1 build/crosscheck/pip.log)"
	PYTHONPATH=$dir python3 -c 'import hdrh.histogram' 2>build/crosscheck/import.log ||
		skip "hdrhistogram does not load: $(tail -n 1 build/crosscheck/import.log)"
fi
PYTHONPATH=$dir python3 tests/crosscheck/hdr.py build/release/tests/helpers/hdr_tool "$@"
