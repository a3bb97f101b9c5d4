#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Findings from the experiment's file to the page: of a known run against tests/golden/, and of pools that are run here.
# UPDATE=1 writes tests/golden/findings.* anew; look at the difference before it is committed.
. "$(dirname "$0")/../helpers/rig.sh"
export LC_ALL=C COLUMNS=110

make -s "${POOLRIG_BUILD:-build/release}/tests/helpers/make_store"
golden=$PWD/tests/golden
project=$PWD

same() { # same FILE: what was printed is what it was
	[ -z "${UPDATE:-}" ] || cp "$out" "$golden/$1"
	diff -u "$golden/$1" "$out" || level=1 bad "$1 differs from what it was"
}

# -- a known run --------------------------------------------------------------------------------------
"${POOLRIG_BUILD:-build/release}/tests/helpers/make_store" "$TEST_TMP/known.db" 0 0
cd "$TEST_TMP" || exit 1
rig findings --store known.db # two runs of one experiment: the latest
expect 0
same findings.txt
rig findings --store known.db --markdown
expect 0
same findings.md
rig findings --store known.db 20261124-063001 latest
expect 0
[ "$(grep -c '^pools, run 2026' "$out")" = 2 ] || bad "two runs were named: $(grep -c '^pools' "$out") were printed"
rig findings --store known.db 1999
expect 2
said 'none such in this store'
rig findings --store none.db
expect 2
rig findings --help
expect 0
printed '--markdown'

# The same run compared: three blocks give ratios, and decide nothing.
rig compare --store known.db --json
expect 0
jq -e '.comparisons | length > 0 and all(.verdict == "inconclusive" and .low == null) and any(.ratio > 0 and .needed > 0)' \
	"$out" >/dev/null || bad "comparisons of three blocks: $(jq -c '.comparisons[0]' "$out")"
rig compare --store known.db --metrics start_latency_seconds.p99 --baseline fixed
expect 0
printed 'inconclusive: . further blocks would decide'
rig compare --store known.db --baseline none
expect 2
said '"none": the run has no such variant'

# -- a run ---------------------------------------------------------------------------------------------
store=$TEST_TMP/findings.db
cat >"$TEST_TMP/refusing.yaml" <<'YAML'
experiment: refusing
load: {rate: 1000, service: 5ms, warmup: 100ms, measure: 400ms, lateness: 10s}
variants:
  - name: two
    command: [poolbench]
    params: {pool: elastic, size: 2, nonblocking: yes, task: wait}
  - name: many
    command: [poolbench]
    params: {pool: fixed, size: 300, task: wait}
trials: {count: 3}
findings:
  - claim: two workers refuse half of the tasks
    source: nowhere
    found: "{two.rejected} of {two.offered} were refused, {two.rejected/two.offered} of all, and {many.rejected} by many"
    holds: 2 * two.rejected > two.offered and many.rejected == 0
  - claim: two workers refuse nothing
    found: "{two.rejected} were refused"
    holds: two.rejected == 0
  - claim: many workers rust
    found: "{many.rust_bytes} of rust"
    holds: many.rust_bytes > 0
YAML
cat >"$TEST_TMP/silent.yaml" <<'YAML'
experiment: silent
variants:
  - {name: wait, command: [sleep, "0.01"], protocol: no}
trials: {count: 1}
YAML
rig run "$TEST_TMP/silent.yaml" --store "$store"
expect 0
grep -q '^Findings' "$out" && bad "an experiment without findings has some"
rig findings --store "$store"
expect 2
said 'no run in this store has any'
rig findings --store "$store" latest
expect 2
said 'its experiment has none'

rig run "$TEST_TMP/refusing.yaml" --all --store "$store"
expect 0
printed '^Findings$'
printed '^  confirmed: two workers refuse half of the tasks: [0-9]+ of 400 were refused, 0\.[5-9]'
printed '^  refuted: two workers refuse nothing: [0-9]+ were refused \(two.rejected \([0-9]+\) == 0 is false\)$'
printed "^  inconclusive: many workers rust: n/a of rust"
sed -n '/^Findings$/,$p' "$out" >"$TEST_TMP/section"

rig show latest --store "$store"
expect 0
printed '^findings: 1 confirmed, 1 refuted, 1 inconclusive$'
rig show latest --all --store "$store"
expect 0
sed -n '/^Findings$/,$p' "$out" | diff - "$TEST_TMP/section" || bad "show says something else than run"

rig show latest --store "$store" --json
expect 0
cp "$out" "$json"
so() { # so WHAT FILTER
	jq -e "$2" "$json" >/dev/null && return
	level=1 bad "$1: not so: $2: $(jq -c .findings "$json")"
}
so "verdicts" '[.findings[].verdict] == ["confirmed", "refuted", "inconclusive"]'
so "their keys" 'all(.findings[]; keys == ["claim", "found", "grade", "reason", "source", "verdict"])'
so "sources" '[.findings[].source] == ["nowhere", null, null]'
so "reasons" '.findings[0].reason == null and (.findings[2].reason | startswith("many.rust_bytes: "))'
so "the number is the median's" '.findings[1].found == "\(.variants[0].metrics.rejected.median) were refused"'

rig findings --store "$store"
expect 0
printed '^refusing, run '
grep -q '^silent' "$out" && bad "a run without findings is shown"
printed '^  published  two workers refuse half of the tasks$'
printed '^  source     nowhere$'
printed '^  grades     cpu [ABC-], memory [ABC-], network [ABC-], observation [ABC-]$'
printed "^  verdict    inconclusive$"

rig findings --store "$store" --markdown
expect 0
printed '^Made by `poolrig findings --store .*findings.db --markdown`'
printed '^## refusing$'
printed '^Measured in run [0-9]{8}-.* on Linux '
[ "$(grep -c '^| two workers .* |$' "$out")" = 2 ] || bad "rows: $(grep '^|' "$out")"

# -- the experiments that are there -------------------------------------------------------------------
# Each is checked up to the point where it would start: no core 1000 is online.
cd "$project" || exit 1
for file in experiments/seed-*.yaml; do
	if grep -q 'gopool' "$file" && ! [ -x "${poolrig%/*}/gopool" ]; then
		continue # no Go, so no gopool
	fi
	rig run "$file" --store "$TEST_TMP/none.db" --set cell.cpus.work=1000
	expect 2
	said 'is not online'
	grep -q '^findings:' "$file" || bad "$file has no findings"
done

leave
