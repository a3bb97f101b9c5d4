#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The search for a capacity, of workloads of which it is known: made ones, which answer by the rate of their schedule,
# and a pool of four workers with tasks of 5 ms, which can do 800 a second and no more.
. "$(dirname "$0")/../helpers/rig.sh"
export LC_ALL=C COLUMNS=110
/usr/bin/python3 -IS -c 'import socket; socket.recv_fds' 2>/dev/null || {
	echo "skipped: python3 of 3.9 or later is not installed"
	exit 77
}
make -s "${POOLRIG_BUILD:-build/release}/tests/helpers/hdr_tool"
store=$TEST_TMP/search.db

# 100 s late, once
late=$(echo "encode 1 3600000000000 3 100000000000:1" | "${POOLRIG_BUILD:-build/release}/tests/helpers/hdr_tool")
[[ $late == HIST* ]] || {
	echo "no histogram could be made: $late"
	exit 1
}
{
	echo "experiment: made"
	echo "load: {service: 1ms, warmup: 0, measure: 20ms}"
	echo "search: {metric: made_seconds, bound: 100ms, from: 100, to: 6400, resolution: 20%, confirm: 2}"
	echo "trials: {retries: 1, seed: 5}"
	echo "variants:"
	while read -r name params; do
		echo "  - {name: $name, command: [/usr/bin/python3, -IS, $PWD/tests/helpers/made_workload.py], params: $params}"
	done <<-ROWS
		breaks {breaks: 777}
		rejects {rejects: 1000}
		abandons {abandons: 300}
		crashes {crashes: 250}
		late {late: 500, hdr: "$late"}
		late-and-breaks {late: 500, breaks: 200, hdr: "$late"}
		never-holds {breaks: 10}
		never-breaks {breaks: 1000000}
		never-offered {late: 10, hdr: "$late"}
		fails {fails: yes}
		crashes-always {crashes: 10}
	ROWS
	echo "findings:"
	echo "  - claim: one breaks above 777"
	echo "    found: \"it held {breaks.capacity_tasks_per_second} and broke at {breaks.capacity_broke_tasks_per_second}\""
	echo "    holds: breaks.capacity_tasks_per_second <= 777 and breaks.capacity_broke_tasks_per_second > 777"
	echo "  - claim: one breaks late"
	echo "    found: \"it broke at {never-breaks.capacity_broke_tasks_per_second}\""
	echo "    holds: never-breaks.capacity_broke_tasks_per_second > 1"
} >"$TEST_TMP/made.yaml"

rig run "$TEST_TMP/made.yaml" --all --store "$store"
expect 4 # one can't be run at all
said '^trial 1: .* at 100 tasks/s'
said '  held: made_seconds 1.00 ms, at most 100 ms'
said '  broke: made_seconds 500 ms, above 100 ms'
said '  broke: 1 of [0-9]+ tasks were not completed'
said '  broke: 2 of [0-9]+ tasks were neither completed nor rejected'
said '  broke: .*signal 6'
said '  failed: .*before it said ready'
printed '^Capacity: the highest rate at which made_seconds was at most 100 ms'
printed 'the generator could not offer more than [0-9.,]+ tasks/s'
printed '  confirmed: one breaks above 777: it held 673 and broke at [0-9]+'
printed "  inconclusive: one breaks late: it broke at n/a"
rig show latest --json --store "$store"
expect 0
cp "$out" "$json"
variant() { # variant NAME FILTER: of its search
	jq -e ".variants[] | select(.name == \"$1\") | .search | $2" "$json" >/dev/null && return
	level=1 bad "$1: not so: $2"
	jq -c ".variants[] | select(.name == \"$1\") | .search" "$json"
}
between() { # between NAME CAPACITY: it lies between the borders, which are no further apart than asked for
	variant "$1" ".over and .held_tasks_per_second <= $2 and .broke_tasks_per_second > $2 and
		.broke_tasks_per_second / .held_tasks_per_second <= 1.2 and .not_offered_tasks_per_second == null"
}
between breaks 777
between rejects 1000
between abandons 300
between crashes 250
between late-and-breaks 200
variant late '.over and .held_tasks_per_second <= 500 and .not_offered_tasks_per_second > 500 and
	.broke_tasks_per_second == null and (.broke_tasks_per_second_reason | startswith("the generator could not offer more than "))'
variant never-holds '.broke_tasks_per_second == 100 and .held_tasks_per_second == null and
	(.held_tasks_per_second_reason | test("broke at the lowest rate")) and .trials == 2'
variant never-breaks '.held_tasks_per_second == 6400 and (.broke_tasks_per_second_reason | test("up to the highest rate"))'
variant never-offered '.not_offered_tasks_per_second == 100 and .trials == 2 and
	(.held_tasks_per_second_reason | test("could not even offer 100 tasks/s"))'
variant crashes-always '.broke_tasks_per_second == 100 and .held_tasks_per_second == null'
variant fails '.trials == 1 and (.held_tasks_per_second_reason | test("as a trial failed"))'
measured 'all(.trials[]; .search.rate == .metrics.load_rate_tasks_per_second and .search.why != "")'
measured '[.trials[] | select(.variant == "late" and .search.answer == "void")] | length > 1 and any(.attempt == 2)'
measured '.run.planned == 0 and .run.missing == 0 and .run.exit_code == 4'
# what is said of a variant is said of the trials at the rate that it held
measured '.variants[] | select(.name == "breaks") | .search.held_tasks_per_second as $held |
	.metrics.load_rate_tasks_per_second | .min == $held and .max == $held and .count == 2'
[ "$failed" = 0 ] || jq -c '.trials[] | [.variant, .attempt, .search]' "$json"

# The whole of the text, too, says the same again.
rig show latest --store "$store"
expect 0
printed '^breaks .* 673/s'
rig show latest --all --store "$store"
expect 0
printed '^highest rate that held'
rig show latest --trial 1 --store "$store"
printed '^search, at 100 tasks/s: (held|broke|void|failed): '
rig list --store "$store"
printed '[0-9]+/search'
rig export latest --csv --store "$store"
head -n 1 "$out" | grep -q ',load_rate_tasks_per_second,' || bad "the rate is no column of the export"

# -- a pool ---------------------------------------------------------------------------------------------
# At 1,600 a second half of all that arrives within 1.1 s waits at its end: the last task 1.1 s. At 100 a second the
# machine would have to lose half a second for it to break.
cat >"$TEST_TMP/pool.yaml" <<'YAML'
experiment: pool
load: {service: 5ms, warmup: 100ms, measure: 1s, lateness: 10s}
search: {bound: 500ms, from: 100, to: 6400, resolution: 40%, confirm: 2}
variants:
  - {name: four, command: [poolbench], params: {pool: fixed, size: 4, task: wait}}
YAML
rig run "$TEST_TMP/pool.yaml" --store "$store"
expect 0
"$poolrig" show latest --json --store "$store" >"$json"
variant four '.metric == "start_latency_seconds.p99" and .held_tasks_per_second >= 100 and .held_tasks_per_second < 1200 and
	.broke_tasks_per_second <= 1600 and .broke_tasks_per_second > .held_tasks_per_second'

# -- one that is interrupted ------------------------------------------------------------------------------
sed 's/measure: 20ms/measure: 300ms/; s/^experiment: made/experiment: cut/' "$TEST_TMP/made.yaml" >"$TEST_TMP/cut.yaml"
# A shell lets what it starts in the background ignore SIGINT, and the rig keeps to that.
env --default-signal=INT "$poolrig" run "$TEST_TMP/cut.yaml" --store "$store" --quiet >"$out" 2>"$err" </dev/null &
pid=$!
stored() {
	sqlite3 "$store" "select count(*) from trial join run on run.id = trial.run where experiment = 'cut'"
}
for _ in $(seq 600); do
	count=$(stored)
	[ "${count:-0}" -lt 3 ] || break
	sleep 0.1
done
kill -INT "$pid"
code=0
wait "$pid" || code=$?
expect 3
said 'interrupted: [0-9]+ trials of its search are stored as run'
rig show latest --json --store "$store"
cp "$out" "$json"
measured '.run.state == "interrupted" and .run.trials >= 3'
measured 'any(.variants[].search; .over == false and .held_tasks_per_second == null and
	.held_tasks_per_second_reason == "the run ended before the search did")'

leave
