#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# poolrig run --dry-run: it says what a run would do, as anybody, and starts nothing.
. "$(dirname "$0")/../helpers/rig.sh"

store=$TEST_TMP/results.db
short=(experiments/short.yaml --store "$store" --set load.measure=300ms --set load.warmup=0 --set trials.count=2
	--set load.lateness=10s)
dry() { # dry OPTION...: as somebody who is not root
	code=0
	unshare --user --map-user=1000 "$poolrig" run --dry-run "$@" >"$out" 2>"$err" </dev/null || code=$?
}

dry "${short[@]}"
expect 0
[ -s "$err" ] && bad "it said $(head -n 3 "$err")"
printed '^experiment: short$'
printed '^  measure: +300ms$'
printed '^  startup: +1m # default$'
printed '^Cores on this host: work [0-9,-]+, load [0-9,-]+, rig [0-9,-]+$'
printed '^Trials: 4, in 2 blocks of 2$'
printed '^Time: about [0-9]+ s$'
sed -n 's/^  [0-9][0-9]*-[0-9]* *//p' "$out" | tr '\n' ' ' | sed 's/, / /g' >"$TEST_TMP/order"
dry "${short[@]}" --json
expect 0
jq -e '.load.measure == "300ms" and .load.startup == "1m" and (.variants | length) == 2' "$out" >/dev/null ||
	bad "not the plan: $(head -c 300 "$out")"
cp "$out" "$TEST_TMP/plan"
for made in "$store"*; do
	[ -e "$made" ] && bad "$made was made"
done

# What it says is what is run, and what the store keeps.
rig run -q "${short[@]}"
expect 0
rig show latest --json --store "$store"
expect 0
[ "$(jq -r '[.trials[].variant] | join(" ")' "$out") " = "$(cat "$TEST_TMP/order")" ] ||
	bad "the trials were $(jq -r '[.trials[].variant] | join(" ")' "$out"), not $(cat "$TEST_TMP/order")"
sqlite3 "$store" "SELECT plan FROM run" | cmp - "$TEST_TMP/plan" || bad "the store keeps another plan"
[ -n "$vm" ] && leave

dry experiments/short.yaml --set load.rate=0
expect 2
said 'load.rate "0": out of range'
dry experiments/short.yaml --set cell.cpus.work=1000
expect 2
said 'CPU 1000 is not online'
rig run experiments/short.yaml --json --store "$store"
expect 2
said '^poolrig: --json: only with --dry-run'
# The experiment that is printed is the one that it was printed of.
dry experiments/seed-100k.yaml --json
cp "$out" "$TEST_TMP/plan"
dry experiments/seed-100k.yaml
sed '/^Cores on this host/,$d' "$out" >"$TEST_TMP/again.yaml"
dry "$TEST_TMP/again.yaml" --json
expect 0
cmp "$out" "$TEST_TMP/plan" || bad "read again, the plan is another"

leave
