#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Beside others: it makes no cell.
# The tree keeps its own rules, and the checker of these rules can fail.
set -e
scripts/check-deps --self-test
scripts/check-deps
