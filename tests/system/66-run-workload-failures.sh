#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: OOM kills and signals of cells on v2.
# Whatever a workload does wrong fails its own trial, with the reason, and no other.
. "$(dirname "$0")/../helpers/rig.sh"

# what it does|the outcome|the reason (extended regular expression)
quick='good|ok|^$
unknown|ok|^$
panic|workload_failed|^it ended before it said hello; exit status 1$
junk|workload_failed|^protocol: not JSON \(.*\): hello, rig
untyped|workload_failed|^protocol: a message without "type"; expected hello
turn|workload_failed|^protocol: "ready" out of turn; expected hello
twice|workload_failed|^protocol: "hello" out of turn; expected ready
version|workload_failed|the workload speaks version 99, this rig 1
huge|workload_failed|^protocol: a message of 150[0-9]+ bytes; at most 131072 are allowed
forges|workload_failed|^the workload gave up: out of .x1b\[2Jmemory  forged: .xc2.x9b1mall is well.xe2.x80.xae$
gives-up|workload_failed|^the workload gave up: size "many": not a number; write it as 16
oom|workload_failed|^OOM kill: the cell.s own limit was reached \(memory\.max 67108864\); killed by signal 9
exits|workload_failed|^it ended before it said done; exit status 3$
leaves|workload_failed|^it ended before it said done; exit status 0$
aborts|workload_failed|^it ended before it said done; killed by signal 6 \(Aborted\)
backwards|workload_failed|^protocol: record: "to_ns": before from_ns
word|workload_failed|^protocol: record: "value": missing, or neither a number nor null
names|workload_failed|more than 64 names
dotted|workload_failed|^protocol: record: "name": not a name
taken|workload_failed|^protocol: record "psi": the rig measures what has that name
lateness|workload_failed|^protocol: record generator_lateness: encoded histogram
latency|workload_failed|^protocol: record start_latency: encoded histogram
unnamed|workload_failed|^protocol: hello: "records": missing, or not an array
undeclared|workload_failed|^protocol: record retries: not one of the [0-9]+ that hello declared
early|workload_failed|^protocol: done: -?0\.[0-9]+ s after the start, but the last task of the schedule is due at 0\.090000 s
one-value|workload_failed|^protocol: record start_latency: its histograms have 1 values, but the completed tasks are 9
both|workload_failed|^protocol: record retried: its interval 50000000\.\.100000000 overlaps with 0\.\.100000000
negative|workload_failed|^protocol: record retried: value -2 tasks: below 0
fraction|workload_failed|^protocol: record retried: value 12\.5 tasks: not a whole number
absolute|workload_failed|^protocol: record retried: to_ns [0-9]+: it was sent at [0-9]+, and the window ends at 100000000
gauge|workload_failed|^protocol: record start_latency: a gauge in "ms"; by its name it is a histogram in "ns"
warm|workload_failed|^protocol: record offered: 14 tasks, but 10 of the schedule are due in the window
left-out|workload_failed|do not add up: offered 10, but completed 7, rejected 0 \(no record\), abandoned 0 \(no record\)
on-load|void|^wrong cores: all 1 threads are bound to the load cores [0-9]+, none to the work cores [0-9,-]+; trials\.wrong_cores: allow
lost|workload_failed|do not add up: offered 10, but completed 8, rejected 1, abandoned 0
abandons|workload_failed|^2 of 10 tasks were neither completed nor rejected'
# These take a limit of the rig's to its end.
slow='lingers|workload_failed|^timed out: it had 10s to exit and was killed$
speaks-on|workload_failed|^protocol: "record" out of turn; expected nothing
closes|workload_failed|^timed out: it had 10s to exit and was killed$'
silent='silent|workload_failed|^timed out: it had 2s to get ready and was killed'
mute='mute|workload_failed|^timed out: it had 2s to say done and was killed'

if [ -n "$vm" ]; then # the kernel's part in it: what is said wrongly is wrong on any
	quick=$(grep -E '^(good|panic|twice|oom|aborts|lost)\|' <<<"$quick")
	slow=$(grep -E '^lingers\|' <<<"$slow")
fi

experiment() { # experiment TABLE [MORE]: one that has a variant a line, and more keys of its load
	echo "experiment: failures"
	echo "load: {rate: 100, service: 1ms, warmup: 0s, measure: 100ms$2}"
	echo "cell: {memory: 64M}"
	echo "trials: {count: 1, retries: 0}"
	echo "variants:"
	while IFS='|' read -r name _; do
		echo "  - {name: $name, command: [/usr/bin/python3, -IS, $PWD/tests/helpers/bad_workload.py, $name]}"
	done <<<"$1"
}

start() { # start NAME TABLE [MORE]: run it in the background
	experiment "$2" "${3:-}" >"$TEST_TMP/$1.yaml"
	"$poolrig" run "$TEST_TMP/$1.yaml" --store "$TEST_TMP/$1.db" >"$TEST_TMP/$1.out" 2>"$TEST_TMP/$1.err" </dev/null &
	eval "pid_$1=$!"
}

judge() { # judge NAME TABLE
	local name outcome reason got pid=pid_$1
	code=0
	wait "${!pid}" || code=$?
	cp "$TEST_TMP/$1.err" "$err"
	expect 4
	"$poolrig" show latest --json --store "$TEST_TMP/$1.db" >"$json" || bad "$1: cannot be shown"
	jq -e ".run.missing == 0 and .run.trials == $(wc -l <<<"$2")" "$json" >/dev/null || bad "$1: trials are missing: $(jq -c .run "$json")"
	jq -r '.trials[] | "\(.variant)|\(.outcome)|\(.reason // "")"' "$json" >"$TEST_TMP/ends"
	while IFS='|' read -r name outcome reason; do
		got=$(grep "^$name|" "$TEST_TMP/ends")
		[[ $got == "$name|$outcome|"* && ${got#"$name|$outcome|"} =~ $reason ]] || bad "$name: expected $outcome, $reason, but: $got"
	done <<<"$2"
}

start silent "$silent" ", startup: 2s"
start mute "$mute" ", drain: 2s"
start slow "$slow"
start quick "$quick"
judge quick "$quick"
many=$(wc -l <<<"$quick")
grep -q "^trial $many of $many: " "$err" || bad "the run did not go on to its end"
said 'workload_failed: '
logged() { # logged VARIANT: the end of its stderr
	jq -r ".trials[] | select(.variant == \"$1\") | .logs[] | select(.name == \"stderr\").tail" "$json"
}
[ "$(logged panic)" = "panic: no memory for 16 workers" ] || bad "the end of the panic's stderr: $(logged panic)"
[ -n "$vm" ] || [ "$(logged exits)" = "line one
the last line" ] || bad "the end of stderr: $(logged exits)"
[ -n "$vm" ] || jq -e '.trials[] | select(.variant == "unknown").metrics | .offered == null and .offered_reason == "it was not counted"
	and .completed == null and (.completed_reason | length) > 0' "$json" >/dev/null || bad "what was not counted has a number, or no reason"
# A workload's own words are escaped wherever they are printed.
if [ -z "$vm" ]; then
	grep -Fq 'workload_failed: the workload gave up: out of \x1b[2Jmemory  forged: \xc2\x9b1mall is well\xe2\x80\xae' "$err" ||
		bad "not said by the progress: $(grep -F 'out of' "$err")"
	forger=$(jq '.trials[] | select(.variant == "forges").trial' "$json")
	tame "$err" "$TEST_TMP/quick.out" "$json"
	for how in "show latest" "show latest --all" "show latest --trial $forger" "export latest --csv"; do
		# shellcheck disable=SC2086 # words
		rig $how --store "$TEST_TMP/quick.db"
		expect 0
		tame "$out" "$err"
	done
	printed '^[^,]+,[0-9]+,1,1,forges,workload_failed,.*out of \\x1b'
fi
jq -e '.trials[] | select(.variant == "oom").metrics.memory_events.oom_kill >= 1' "$json" >/dev/null || bad "the OOM kill was not counted"
# In the VM fewer variants have a valid trial, so that there may be nothing to mark as the best.
best='\* best\. '
[ -z "$vm" ] || best="($best)?"
grep -Eq "^${best}Medians of valid trials; trials: valid/void/failed$" "$TEST_TMP/quick.out" || bad "no result was printed"
[ -n "$vm" ] || jq -e '.trials[] | select(.variant == "on-load").grade.cpu | .level == "C" and (.reason | startswith("wrong cores: all 1"))' \
	"$json" >/dev/null || bad "on-load: $(jq -c '.trials[] | select(.variant == "on-load").grade.cpu' "$json")"
experiment 'on-load||' '' >"$TEST_TMP/allowed.yaml"
rig run "$TEST_TMP/allowed.yaml" --store "$TEST_TMP/allowed.db" --set trials.wrong_cores=allow
expect 0
"$poolrig" show latest --json --store "$TEST_TMP/allowed.db" >"$json"
measured '.trials | length == 1 and .[0].outcome == "ok" and .[0].grade.cpu.level == "C"'
judge slow "$slow"
judge silent "$silent"
judge mute "$mute"

leave
