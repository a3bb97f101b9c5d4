#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A POSIX shell as a workload of the rig (docs/protocol.md): what it does in the window is to run `true`.
# A shell has no way to take the schedule's descriptor, so it reports what was offered as unknown.
set -eu
exec 3<&"$POOLRIG_FD" # one digit, as the rig gives it: dash takes no more

# One write is one packet, and so is one read; `read` would take a byte and lose the rest.
send() { printf '%s' "$1" >&3; }
receive() { # receive TYPE: the message is in $message
	message=$(dd bs=131072 count=1 <&3 2>/dev/null)
	[ -n "$message" ] || exit 1 # the rig is gone
	[ "$(member type)" = "$1" ] && return
	send '{"type": "error", "text": "a message out of turn: send '"$1"' first"}'
	exit 1
}
member() { printf '%s' "$message" | sed -n 's/.*"'"$1"'": *"\{0,1\}\([^",}]*\).*/\1/p'; }
# The clock of /proc/uptime is CLOCK_MONOTONIC where the machine was never suspended, to 10 ms.
now() { read -r up _ </proc/uptime && up=${up%.*}${up#*.}0000000; }
record() { # record NAME UNIT VALUE-AND-REASON
	send '{"type": "record", "name": "'"$1"'", "kind": "counter", "unit": "'"$2"'", "from_ns": '"$warmup"', "to_ns": '"$((warmup + window)), $3}"
}

send '{"type": "hello", "protocol": 1, "name": "client.sh", "version": "1", "records": ["runs", "offered", "completed", "rejected"]}'
receive configure
taskset -pc "$(printf '%s' "$message" | sed 's/.*"work": *"\([^"]*\)".*/\1/')" $$ >/dev/null
send '{"type": "ready"}'
receive go
warmup=$(member warmup_ns) window=$(member window_ns) runs=0
begin=$(($(member start_ns) + warmup))
while now && [ "$up" -lt "$begin" ]; do sleep 0.01; done
while now && [ "$up" -lt "$((begin + window))" ]; do
	/bin/true
	runs=$((runs + 1))
done
record runs runs '"value": '"$runs"
for name in offered completed rejected; do
	record "$name" tasks '"value": null, "reason": "a shell cannot take the schedule"'
done
send '{"type": "done"}'
