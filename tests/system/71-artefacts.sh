#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a workload hands over is stored with its trial and comes out again as it went in; what it hands over wrongly
# fails its own trial, with the reason, and no other.
. "$(dirname "$0")/../helpers/rig.sh"

# what it does|the outcome|the reason (extended regular expression)
cases='good|ok|^$
intrusive|ok|^$
unsealed|workload_failed|^protocol: artefact "a": its memfd is not sealed
wrong-size|workload_failed|^protocol: artefact "a": its memfd has 10 bytes, but 5 were said
no-descriptor|workload_failed|^protocol: artefact "a": no descriptor
two|workload_failed|^protocol: artefact "a": more than one descriptor
path|workload_failed|^protocol: artefact "a": its descriptor is no memfd
pipe|workload_failed|^protocol: artefact "a": its descriptor is no memfd
name|workload_failed|^protocol: artefact: "name": not a name
twice|workload_failed|^protocol: artefact "a": there is one of that name already
large|workload_failed|^protocol: artefact "b": its 268435456 bytes are too many
many|workload_failed|^protocol: artefact "a16": more than 16 of a trial
early|workload_failed|^protocol: artefact "early": before the window.s end
chatty|workload_failed|^protocol: event: more than 1000 of a trial
stowaway|workload_failed|^protocol: a descriptor came with "event"'

{
	echo "experiment: artefacts"
	echo "load: {rate: 100, service: 1ms, warmup: 0s, measure: 100ms}"
	echo "cell: {memory: 64M}"
	echo "trials: {count: 1, retries: 0}"
	echo "variants:"
	while IFS='|' read -r name _; do
		echo "  - {name: $name, command: [/usr/bin/python3, -IS, $PWD/tests/helpers/artefact_workload.py, $name]}"
	done <<<"$cases"
} >"$TEST_TMP/artefacts.yaml"
store=$TEST_TMP/artefacts.db
rig run "$TEST_TMP/artefacts.yaml" --store "$store"
expect 4
"$poolrig" show latest --json --store "$store" >"$json" || bad "cannot be shown"
while IFS='|' read -r name outcome reason; do
	jq -r ".trials[] | select(.variant == \"$name\") | \"\(.outcome)|\(.reason // \"\")\"" "$json" >"$TEST_TMP/end"
	[[ $(cut -d'|' -f1 "$TEST_TMP/end") == "$outcome" && $(cut -d'|' -f2- "$TEST_TMP/end") =~ $reason ]] ||
		bad "$name: expected $outcome, $reason, but: $(cat "$TEST_TMP/end")"
done <<<"$cases"

# What arrived rightly is there, whatever else the workload did.
measured '[.trials[] | select(.variant == "good") | .artefacts[] | [.name, .media, .bytes, .intrusive]] ==
	[["notes.txt", "text/plain", 7, false], ["random.bin", "application/octet-stream", 3145728, false],
	["hole.bin", "application/octet-stream", 20971520, false], ["empty", "application/octet-stream", 0, false]]'
measured '[.trials[] | select(.variant == "many").artefacts[].name] == [range(16) | "a\(.)"]'
measured '.trials[] | select(.variant == "unsealed").artefacts == []'
measured '.trials[] | select(.variant == "good").events | any(.kind == "workload.stop" and .at_seconds == 0.001)'
# A trial that disturbed what was measured is graded lower than one that did not.
observed() { jq -r ".trials[] | select(.variant == \"$1\").grade.observation | \"\(.level) \(.reason)\"" "$json"; }
[[ $(observed intrusive) == [BC]*"the workload made random.bin while it was measured"* ]] || bad "intrusive: $(observed intrusive)"
[[ $(observed good) != *"the workload made"* ]] || bad "good: $(observed good)"

number() { jq -r ".trials[] | select(.variant == \"$1\").trial" "$json"; }
good=$(number good)
artefact() { "$poolrig" show latest --store "$store" --trial "$good" --artefact "$1"; }
[ "$(artefact notes.txt)" = "längs" ] || bad "notes.txt: $(artefact notes.txt)"
artefact random.bin | cmp - <(python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(5).randbytes(3 << 20))') ||
	bad "random.bin is another"
[ "$(artefact hole.bin | tr -d '\0' | wc -c)" = 0 ] || bad "hole.bin has bytes"
[ "$(artefact hole.bin | wc -c)" = 20971520 ] || bad "hole.bin has $(artefact hole.bin | wc -c) bytes"
[ "$(artefact empty | wc -c)" = 0 ] || bad "empty is not"
artefact random.bin | head -c 10 >/dev/null || bad "a reader that goes away is an error"
[ "$(stat -c %s "$store")" -lt 20000000 ] || bad "what is compressed easily takes $(stat -c %s "$store") bytes"

"$poolrig" show latest --store "$store" --trial "$good" >"$TEST_TMP/trial"
grep -q '^  random.bin  *3145728 bytes, application/octet-stream$' "$TEST_TMP/trial" || bad "the trial does not list it: $(cat "$TEST_TMP/trial")"
grep -q '^  +0.001000 s  cell  workload.stop  *31.5 ms: .*finalizers' "$TEST_TMP/trial" || bad "the event is missing: $(cat "$TEST_TMP/trial")"
! grep -q $'\e' "$TEST_TMP/trial" || bad "a workload's text reaches the terminal as it is"

# To a file as it is; to a terminal in lines that it does not obey.
escaped=$(printf %q\  "$poolrig" show latest --store "$store" --trial "$(number large)" --artefact a)
eval "$escaped" >"$out"
printf 'h\e[2Jallo\0\n\tbye' | cmp - "$out" || bad "a is another"
if command -v script >/dev/null; then
	script -qec "$escaped" /dev/null </dev/null | tr -d '\r' >"$out"
	printf 'h\\x1b[2Jallo?\n bye\n' | cmp - "$out" || bad "on a terminal: $(cat -A "$out")"
fi

rig show latest --store "$store" --trial "$good" --artefact heap
expect 2
said 'it has notes.txt, random.bin, hole.bin, empty'
rig show latest --store "$store" --trial "$(number unsealed)" --artefact heap
expect 2
said 'has none at all'
rig show latest --store "$store" --artefact heap
expect 2
said 'of which trial[?] Add --trial N'

leave
