#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: on v2 a process is born in its cgroup and in its network namespace.
# A private network namespace has loopback, up, and nothing that carries traffic elsewhere: ip(8) is
# the second witness.
. "$(dirname "$0")/../helpers/cg_probe.sh"
scenario cg_probe netns
grep -q '"ifname":"lo","flags":\[[^]]*"UP"' "$out" || {
	echo "loopback is not up"
	exit 1
}
# Modules may add idle tunnel devices (sit0 and the like) to every new namespace.
if tr '{' '\n' <"$out" | grep '"ifname"' | grep -v '"ifname":"lo"' | grep '"UP"'; then
	echo "something else than loopback is up"
	exit 1
fi
