#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: a cell's limits and counters are v2's there.
# Variants that know nothing of the rig: measured from outside, timed out, failing, not to be started.
. "$(dirname "$0")/../helpers/rig.sh"

store=$TEST_TMP/results.db
rig run experiments/plain-commands.yaml --store "$store" --set trials.count=1
expect 0
for variant in wait sha256 sha512 md5; do
	printed "^$variant .* 1/0/0\$"
done
printed '^variant .*wall time'
rig show latest --json --store "$store"
cp "$out" "$json"
holds() {
	jq -e "$1" "$json" >/dev/null && return
	level=1 bad "not so: $1, but: $(jq -c '[.trials[] | [.variant, .outcome, .reason]]' "$json")"
}
holds '.trials | length == 4 and all(.outcome == "ok")'
holds 'all(.trials[].metrics; .wall_seconds > 0 and .cpu_seconds > 0 and (has("offered") | not))'
holds '.trials[] | select(.variant == "wait").metrics | .wall_seconds >= 0.2 and .cpu_seconds < .wall_seconds'
holds 'all(.trials[] | select(.variant != "wait").logs[0]; .name == "stdout" and (.tail | test("/usr/bin/gcc")))'

# A small stack is enough, with the largest environment that goes with it (a quarter of it).
small() { # small VERB ...: as rig
	code=0
	(ulimit -s 64 && exec env FILLER="$(printf %08000d 0)" "$poolrig" "$@") >"$out" 2>"$err" </dev/null || code=$?
}
small run experiments/plain-commands.yaml --store "$TEST_TMP/small.db" --set trials.count=1 --set variants.wait.timeout=2s
expect 0
small show latest --all --store "$TEST_TMP/small.db"
expect 0
printed '^Reasons for grades$'
small exec --quiet -- true
expect 0

cat >"$TEST_TMP/plain.yaml" <<YAML
experiment: plain
cell: {pids: 20}
trials: {count: 1}
variants:
  - {name: fails, command: [sh, -c, "echo so long >&2; exit 7"], protocol: no}
  - {name: hangs, command: [bash, -c, "exec -a $mark sleep 1000"], protocol: no, timeout: 500ms}
  - {name: no-program, command: [$TEST_TMP/junk], protocol: no}
  - {name: no-interpreter, command: [$TEST_TMP/script], protocol: no}
  - {name: fine, command: ["true"], protocol: no}
  - {name: environment, command: [env], protocol: no}
  - {name: reads, command: [cat], protocol: no}
YAML
printf 'no program' >"$TEST_TMP/junk"
printf '#!/no/such/interpreter -x\n' >"$TEST_TMP/script"
chmod 755 "$TEST_TMP/junk" "$TEST_TMP/script"
FOREIGN=1 rig run "$TEST_TMP/plain.yaml" --store "$store" -q
expect 4
[ -s "$out" ] && bad "--quiet was not"
rig show latest --json --store "$store"
cp "$out" "$json"
outcome() { # outcome VARIANT OUTCOME REASON
	jq -e --arg v "$1" --arg o "$2" --arg r "$3" '.trials[] | select(.variant == $v) | .outcome == $o and ((.reason // "") | test($r))' "$json" >/dev/null && return
	level=1 bad "$1: $(jq -c --arg v "$1" '.trials[] | select(.variant == $v) | [.outcome, .reason]' "$json")"
}
outcome fails workload_failed '^exit status 7$'
outcome hangs workload_failed '^timed out: it had 500ms to'
outcome no-program workload_failed 'junk: cannot be executed: Exec format error'
outcome no-interpreter workload_failed 'script: cannot be executed: its interpreter "/no/such/interpreter": No such file or directory'
outcome fine ok '^$'
outcome environment ok '^$'
outcome reads ok '^$'
holds '.trials[] | select(.variant == "fails").logs[] | select(.name == "stderr").tail == "so long\n"'
holds '.trials[] | select(.variant == "environment").logs[0].tail | (test("FOREIGN|POOLRIG_FD") | not) and test("LANG=C.UTF-8")'
holds '.trials[] | select(.variant == "hangs").metrics | .wall_seconds > 0.1 and .exit_signal == 9'
holds '.trials[] | select(.variant == "fails").metrics.exit_code == 7'
holds '.trials[] | select(.variant == "no-program").metrics.exit_code == null'

# Where the output of what failed is; no row of what a plain command can't have; instants from its start.
rig show latest --store "$store"
printed '^  trial [0-9] fails: workload_failed: exit status 7; output: poolrig show'
rig show latest --all --store "$store"
printed '^wall time '
grep -Eq 'start latency|throughput|No value' "$out" && bad "rows without a value: $(grep -E 'latency|No value' "$out")"
hangs=$(jq '.trials[] | select(.variant == "hangs").trial' "$json")
rig show latest --trial "$hangs" --store "$store"
grep -q 'never reached' "$out" && bad "a command that ran did not start"
rig export latest --csv --samples --store "$store"
awk -F, '$3 == "hangs" { n++; if ($5 < 0 || $5 > 60e9) bad = 1 } END { exit !n || bad }' "$out" ||
	bad "instants of samples: $(cut -d, -f1-6 "$out")"

# -- a store that goes away under its run ----------------------------------------------------------
# goes COMMAND SAVED: it runs in the first trial, in a directory of its own, with a /var/tmp of its own.
goes() {
	rm -rf "$TEST_TMP/run"
	mkdir -p "$TEST_TMP/run/sub"
	printf '%s\n' "{experiment: goes, trials: {count: 2}, variants: [{name: goes, command: [sh, -c, $1], protocol: no}]}" \
		>"$TEST_TMP/run/goes.yaml"
	code=0
	(cd "$TEST_TMP/run" && unshare -m sh -c 'mount -t tmpfs none /var/tmp && "$1" run goes.yaml --store sub/r.db -q; code=$?
		cp /var/tmp/r.db.saved-* . 2>/dev/null; exit $code' sh "$poolrig") >"$out" 2>"$err" </dev/null || code=$?
	expect 3
	said "^poolrig: sub/r.db: the store was moved or removed during the run; all that was stored is in .*$2"
	rig show latest --json --store "$(echo "$TEST_TMP"/run/*.saved-* "$TEST_TMP"/run/sub/*.saved-* | tr ' ' '\n' | grep -v '\*')"
	jq -e '.run.exit_code == 3 and [.trials[].outcome] == ["ok"]' "$out" >/dev/null || bad "saved of $1: $(jq -c .run "$out")"
}
goes 'mv sub/r.db other.db' '/run/sub/r.db.saved-'
goes 'rm -f sub/r.db sub/r.db-wal' '/run/sub/r.db.saved-'
goes 'rm -r sub' '/var/tmp/r.db.saved-'

# A run that ends as soon as it knows enough: after 7 blocks at the earliest, before its 12.
cat >"$TEST_TMP/precise.yaml" <<YAML
experiment: precise
compare: [wall_seconds]
trials: {count: 12, precision: 100%}
variants:
  - {name: short, command: [sleep, "0.05"], protocol: no}
  - {name: long, command: [sleep, "0.3"], protocol: no}
YAML
if [ -z "$vm" ]; then
	rig run "$TEST_TMP/precise.yaml" --store "$store"
	expect 0
	printed "^trials: .* of at most 24 \(precision 100%\)"
	rig show latest --json --store "$store"
	jq -e '.run | .trials >= 14 and .trials < 24 and .missing == 0' "$out" >/dev/null || bad "$(jq -c .run "$out")"
	rig compare latest --json --store "$store"
	jq -e '.comparisons | length == 1 and (.[0] | .verdict == "worse" and .ratio > 2 and .low > 1 and .needed == null)' \
		"$out" >/dev/null || bad "$(jq -c '.comparisons' "$out")"
fi

leave
