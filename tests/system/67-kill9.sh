#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: a cell is killed and cleaned up by v2's own files.
# kill -9 of the rig at any instant: at most the trial under way is lost, and the next command leaves nothing behind.
. "$(dirname "$0")/../helpers/rig.sh"

RANDOM=${SEED:=$((RANDOM * 32768 + RANDOM))}
echo "SEED=$SEED"
store=$TEST_TMP/results.db
rounds=$((vm ? 5 : 20))
cat >"$TEST_TMP/kill.yaml" <<YAML
experiment: kill
load: {rate: 200, service: 1ms, warmup: 50ms, measure: 200ms, lateness: 10s}
cell: {memory: 64M}
trials: {count: 1}
variants:
  - {name: pool, command: [poolbench], params: {pool: fixed, size: 4, task: wait}}
  - {name: plain, command: [bash, -c, "exec -a $mark-plain sleep 0.2"], protocol: no}
  - {name: family, command: [bash, -c, "(exec -a $mark-child sleep 1000) & sleep 0.2"], protocol: no}
  - {name: again, command: [poolbench], params: {pool: naive, task: wait}}
YAML

# What has been stored is whole: each trial has its metrics and its four grades.
whole() {
	[ -e "$store" ] || return
	local said
	# Hit before the one transaction that makes its tables, it is an empty database: to be read as one that holds no run.
	if [ "$(sqlite3 "$store" 'select count(*) from sqlite_schema')" = 0 ]; then
		rig list --store "$store"
		expect 2
		said 'no run was ever stored'
		return
	fi
	said=$(sqlite3 "$store" 'pragma integrity_check; pragma foreign_key_check;
		select "trial " || id || " has no " || what from trial
			join (select "metric" what union select "grade" union select "log") where
			(what = "metric" and (select count(*) from metric where trial = trial.id) < 20) or
			(what = "grade" and (select count(*) from grade where trial = trial.id) != 4) or
			(what = "log" and (select count(*) from log where trial = trial.id) != 2)') || said="$said, exit code $?"
	[ "$said" = ok ] || { level=1 bad "round $round, killed after $after ms: the store: $said"; }
}

stored() { sqlite3 "$store" 'select count(*) from trial' 2>/dev/null || echo 0; }

# How long a run lasts here, in ms: the instants are drawn from that.
begun=$(date +%s%3N)
rig run "$TEST_TMP/kill.yaml" --store "$TEST_TMP/whole.db" -q
expect 0
longest=$(($(date +%s%3N) - begun))

killed=0
for ((round = 1; killed < rounds && round <= 3 * rounds && !failed; round++)); do
	after=$((5 + RANDOM % longest))
	before=$(stored)
	"$poolrig" run "$TEST_TMP/kill.yaml" --store "$store" -q >"$out" 2>"$err" </dev/null &
	supervisor=$!
	sleep "$(printf '%d.%03d' $((after / 1000)) $((after % 1000)))"
	done_by_then=$(grep -c '^  ok' "$err")
	kill -9 $supervisor 2>/dev/null && killed=$((killed + 1))
	wait $supervisor 2>/dev/null
	whole
	# What was said to be done is stored. It may have done one more before it was hit.
	[ $(($(stored) - before)) -ge "$done_by_then" ] || bad "round $round: $done_by_then trials were done, $(stored) - $before are stored"
	if ((round % 2)); then
		rig clean
	else
		rig exec -q -- true
	fi
	expect 0
	[ -z "$(leftovers)" ] || assert_nothing_left
done
[ "$killed" -eq "$rounds" ] || bad "only $killed of $rounds runs were still there to be killed"

# A run that was cut off is seen as such, and the store takes the next one.
rig run "$TEST_TMP/kill.yaml" --store "$store" -q
expect 0
whole
rig list --store "$store"
expect 0

# The same for exec.
for ((round = 1; round <= (vm ? 1 : 5); round++)); do
	"$poolrig" exec -q --memory 64M -- bash -c '(setsid bash -c "exec -a $0-deep sleep 1000" "$0" &) ; exec -a "$0" sleep 1000' "$mark" >/dev/null 2>"$err" </dev/null &
	supervisor=$!
	after=$((RANDOM % (vm ? 3000 : 200)))
	sleep "$(printf '%d.%03d' $((after / 1000)) $((after % 1000)))"
	kill -9 $supervisor
	wait $supervisor 2>/dev/null
	rig clean
	expect 0
	[ -z "$(leftovers)" ] || assert_nothing_left
done
[ -z "$(find "$TEST_TMP" -name '*.part*' -o -name '*.tmp')" ] || bad "temporary files: $(ls "$TEST_TMP")"

leave
