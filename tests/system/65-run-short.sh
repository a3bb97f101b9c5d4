#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: a cell's limits and counters are v2's there.
# A whole run: every trial is there and whole, every number known or unknown with its reason, nothing is left.
. "$(dirname "$0")/../helpers/rig.sh"

# With a /tmp of this test's own, every file that is left there is the rig's.
if [ -z "${OWN_TMP:-}" ] && [[ $PWD != /tmp/* ]]; then
	OWN_TMP=1 exec unshare -m sh -c 'mount -t tmpfs none /tmp && mount -t tmpfs none /dev/shm && mkdir "$TEST_TMP" && exec "$0"' "$0"
fi
store=$TEST_TMP/results.db
project=$PWD
blocks=$((vm ? 1 : 2))

rig run experiments/short.yaml --store "$store" --set load.measure=$((vm ? 500 : 1000))ms --set trials.count=$blocks --set load.lateness=10s
expect 0
said "^trial 1 of $((2 * blocks)): "
said "^trial $((2 * blocks)) of $((2 * blocks)): "
printed '^fixed-16 .* [0-9]+/0/0$'
printed '^elastic-16 .* [0-9]+/0/0$'
printed '^grades: cpu'
[ "$(wc -l <"$out")" -le 24 ] || bad "the first screen has $(wc -l <"$out") lines"
COLUMNS=110 rig show latest --all --store "$store"
expect 0
printed 'fixed-16 .*elastic-16'
printed '^tasks completed'
printed '^grade cpu'

rig show latest --json --store "$store"
expect 0
cp "$out" "$json"
holds() { # holds WHAT FILTER
	jq -e "$2" "$json" >/dev/null && return
	level=1 bad "$1: not so: $2"
}
holds "the run's end" '.run | .state == "ended" and .exit_code == 0 and .missing == 0'
holds "all trials" "[.trials[].trial] == [range(1; $((2 * blocks + 1)))] and all(.trials[]; .outcome == \"ok\" and .reason == null)"
holds "all variants" "([.trials[].variant] | group_by(.) | map([.[0], length])) == [[\"elastic-16\", $blocks], [\"fixed-16\", $blocks]]"
holds "no task is lost" 'all(.trials[].metrics; .offered > 0 and .offered == .completed + .rejected + (.abandoned // 0))'
holds "numbers or reasons" '
	def whole: . as $o | to_entries | all(
		if .key | endswith("_reason") then .value | type == "string"
		elif .value | type == "object" then .value | whole
		elif .value == null then $o[.key + "_reason"] | type == "string" and length > 0
		else .value | type == "number" end);
	all(.trials[].metrics; whole)'
holds "latencies" 'all(.trials[].metrics; [.start_latency_seconds, .sojourn_seconds] | all(
	.count > 0 and .p50 <= .p90 and .p90 <= .p99 and .p99 <= .p999 and .p999 <= .max))'
holds "contract of names" '["throughput_tasks_per_second", "peak_rss_bytes", "memory_peak_bytes", "cpu_seconds",
	"context_switches", "psi", "memory_events", "wall_seconds", "startup_seconds"] - (.trials[0].metrics | keys) == []'
holds "CPU time by role" 'all(.trials[].metrics; .cpu_work_seconds > 0 and .cpu_load_seconds > 0 and
	(.cpu_work_seconds + .cpu_load_seconds - .cpu_seconds | fabs) < 0.05 + .cpu_seconds / 50)'
holds "vital signs" 'all(.trials[].metrics.vital; [.round_trip_before_seconds, .round_trip_after_seconds] | all(. == null or . > 0))'
holds "four grades" 'all(.trials[].grade; (keys == ["cpu", "memory", "network", "observation"]) and all(.[];
	(.level | IN("A", "B", "C", "-")) and .asked != "" and .granted != "" and (.level == "A" or .level == "-" or .reason != "")))'
holds "the interference" 'all(.trials[].interference; (["steal", "device_interrupts", "softirqs", "foreign_tasks", "migrations", "throttled",
	"involuntary_switches", "generator_lateness_p999", "generator_lateness_longest"] - map(.name)) == []
	and all(.[]; if .value == null then .detail != "" else (.value | type) == "number" and .value >= 0 end))'
holds "the pool's threads were seen in their roles" 'all(.trials[].grade.cpu.granted; test("; ([2-9]|1[0-9]) threads on work, 1 on load, 0 astray"))'
holds "the host" '.host | .kernel and .cgroup_mode and .version.poolrig and .cpu_model'
[ "$(sqlite3 "$store" 'pragma integrity_check')" = ok ] || bad "the store is not whole"
[ "$(sqlite3 "$store" 'select count(*) from (select trial from sample group by trial having count(*) >= 3)')" = $((2 * blocks)) ] ||
	bad "samples: $(sqlite3 "$store" 'select trial, count(*) from sample group by trial')"
[ "$(sqlite3 "$store" "select count(distinct trial) from record where name = 'start_latency'")" = $((2 * blocks)) ] || bad "records are missing"

# -- anybody may read ---------------------------------------------------------------------------------
chmod 755 "$TEST_TMP"
mkdir "$TEST_TMP/bin" && cp "$poolrig" "$TEST_TMP/bin/" && poolrig=$TEST_TMP/bin/poolrig
as_nobody() {
	code=0
	(cd "$TEST_TMP" && setpriv --reuid 65534 --regid 65534 --clear-groups "$poolrig" "$@") >"$out" 2>"$err" </dev/null || code=$?
}
as_nobody list --store results.db
expect 0
printed 'short'
as_nobody show latest --store results.db
expect 0
printed '^grades: cpu'
as_nobody show latest --all --store results.db
expect 0
printed '^grade cpu'
as_nobody show latest --trial 1 --store results.db
expect 0
as_nobody export latest --csv --store results.db
expect 0
[ "$(wc -l <"$out")" = $((1 + 2 * blocks)) ] || bad "rows of the export: $(wc -l <"$out")"
as_nobody export latest --csv --samples --store results.db
expect 0
as_nobody exec -- true
expect 3
said 'sudo'
# A copy: the tree may lie in a home that only its owner enters.
install -m 644 "$project/experiments/plain-commands.yaml" "$TEST_TMP/plain.yaml"
as_nobody run plain.yaml --store none.db
expect 3
said 'sudo'
[ -e "$TEST_TMP/none.db" ] && bad "a store was made for nothing"

# -- the store is the person's who called sudo --------------------------------------------------------
cat >"$TEST_TMP/who.yaml" <<'YAML'
experiment: who
variants:
  - name: who
    command: [sh, -c, "id -u >&2"]
    protocol: no
trials: {count: 1}
YAML
(
	export SUDO_UID=65534 SUDO_GID=65534
	rig run "$TEST_TMP/who.yaml" --store "$TEST_TMP/who.db"
	expect 0
	exit "$failed"
) || failed=1
[ "$(stat -c %u:%g "$TEST_TMP/who.db")" = 65534:65534 ] || bad "the store belongs to $(stat -c %u:%g "$TEST_TMP/who.db")"
[ "$(sqlite3 "$TEST_TMP/who.db" "select text from log where name = 'stderr'")" = 65534 ] || bad "the variant ran as somebody else"
[ -z "$(find /tmp /dev/shm -mindepth 1 -not -path "$TEST_TMP*")" ] || [ -z "${OWN_TMP:-}" ] ||
	bad "files are left: $(find /tmp /dev/shm -mindepth 1 -not -path "$TEST_TMP*")"

leave
