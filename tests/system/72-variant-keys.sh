#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: a variant's own limits are v2's there.
# Keys of a variant: env, stdin, prepare, limits of its own, paths from the file's folder; --strict;
# neighbours.
. "$(dirname "$0")/../helpers/rig.sh"

store=$TEST_TMP/results.db
holds() {
	jq -e "$1" "$json" >/dev/null && return
	level=1 bad "not so: $1, but: $(jq -c '[.trials[] | [.variant, .outcome, .reason]]' "$json")"
}
result() {
	rig show latest --json --store "$store"
	cp "$out" "$json"
}

rig run experiments/half-a-core.yaml --store "$store" --set trials.count=1 \
	--set variants.whole.env.BYTES=9 --set variants.half.env.BYTES=20000000
expect 0
printed '^cells: .*half: cpu_max 50%'
result
holds '.trials | length == 3 and all(.outcome == "ok")'
holds '.trials[] | select(.variant == "from-a-file").logs[0].tail | startswith("'"$(sha256sum experiments/half-a-core.yaml | cut -c-64)"'")'
holds '.findings[0].verdict == "refuted"'
rig findings latest --store "$store" --strict
expect 1
rig findings latest --store "$store"
expect 0

mkdir "$TEST_TMP/set" "$TEST_TMP/made"
printf '#!/bin/sh\necho tool of the folder: $WHAT; cat; ls %s/made\n' "$TEST_TMP" >"$TEST_TMP/set/tool"
chmod 755 "$TEST_TMP/set/tool"
echo input >"$TEST_TMP/set/input"
cat >"$TEST_TMP/set/x.yaml" <<YAML
experiment: keys
cell: {memory: 256M}
trials: {count: 2}
variants:
  - name: tool
    command: [./tool]
    protocol: no
    env: {WHAT: "a 'b' \$c"}
    stdin: input
    prepare: [sh, -c, 'echo \$WHAT >>"$TEST_TMP/made/by"; echo seen >/tmp/seen']
  - {name: unready, command: [./tool], protocol: no, prepare: [sh, -c, "echo no disk >&2; exit 3"]}
  - {name: slow, command: [./tool], protocol: no, timeout: 200ms, prepare: [sleep, "1000"]}
  - name: small
    command: [perl, -e, '\$x = "x" x 40_000_000']
    protocol: no
    cell: {memory: 16M}
  - {name: large, command: [perl, -e, '\$x = "x" x 40_000_000'], protocol: no}
findings:
  - {claim: c, found: "{large.wall_seconds}", holds: large.exit_code > 0}
YAML
(cd "$TEST_TMP/made" && "$poolrig" run ../set/x.yaml --strict --store "$store" >"$out" 2>"$err" </dev/null) || code=$?
expect 4 # a workload that failed comes before a finding that is refuted
result
holds '[.trials[] | select(.variant == "tool")] | length == 2 and all(.outcome == "ok")'
holds 'all(.trials[] | select(.variant == "tool").logs[0].tail; startswith("tool of the folder: a '"'b'"' $c\ninput\n"))'
[ "$(cat "$TEST_TMP/made/by")" = "a 'b' \$c
a 'b' \$c" ] || bad "prepare ran otherwise: $(cat "$TEST_TMP/made/by")"
holds 'all(.trials[] | select(.variant == "unready"); .outcome == "workload_failed" and .reason == "prepare: exit status 3")'
holds 'all(.trials[] | select(.variant == "unready").logs[] | select(.name == "stderr"); .tail == "no disk\n")'
holds 'all(.trials[] | select(.variant == "slow"); .reason == "prepare: timed out: it had 200ms to finish and was killed")'
holds 'all(.trials[] | select(.variant == "small"); .outcome == "workload_failed" and (.reason | test("^OOM kill: the cell.s own limit")))'
holds 'all(.trials[] | select(.variant == "large"); .outcome == "ok")'

# -- neighbours: each in a cell of its own, from before the trial until its end -------------------
cp /bin/sh "$TEST_TMP/prg-spinner"
rig run experiments/noisy-neighbour.yaml --store "$store" --set trials.count=1 \
	--set load.warmup=0 --set load.measure=500ms --set load.lateness=1m \
	--set "neighbours.spin.command.0=$TEST_TMP/prg-spinner"
expect 0
printed '^cells: .*beside spin: memory 32M'
result
holds '.trials[] | select(.variant == "noisy").metrics.neighbour.spin | .cpu_seconds > 0 and .wall_seconds > 0.5'
holds '.trials[] | select(.variant == "noisy").events | any(.cell == "spin" and .text == "it ran until the trial'"'"'s end")'
holds 'all(.trials[].interference[]; .detail | contains("prg-spinner") | not)' # it was asked for
holds '.trials[] | select(.variant == "quiet") | (.metrics | has("neighbour") | not) and all(.events[]; .cell != "spin")'

cat >"$TEST_TMP/beside.yaml" <<YAML
experiment: beside
cell: {memory: 256M}
trials: {count: 1, retries: 0}
variants:
  - name: looks
    command: [sh, -c, 'sleep 0.5; [ ! -e /tmp/mine ] || echo a shared /tmp; kill -0 3 || echo no process but its own']
    protocol: no
neighbours:
  - {name: stays, command: [bash, -c, 'echo here; touch /tmp/mine; exec -a $mark sleep 1000'], cell: {memory: 16M}}
  - {name: done, command: [./set/tool], cpus: 0, env: {WHAT: env}}
YAML
sed 's/^cat$/exit \${STATUS:-0}/; s/; cat;/; exit ${STATUS:-0};/' -i "$TEST_TMP/set/tool"
rig run "$TEST_TMP/beside.yaml" --store "$store"
expect 0
result
holds '.trials[0].logs | map({(.name): .tail}) | add | .["neighbour-1"] == "here\n" and .["neighbour-2"] == "tool of the folder: env\n" and .stdout == "no process but its own\n"'
holds '[.trials[0].events[] | select(.kind == "neighbour") | [.cell, .text]] == [["done", "exit status 0"], ["stays", "it ran until the trial'"'"'s end"]]'
holds '.trials[0].metrics.neighbour | .stays.wall_seconds > .done.wall_seconds and .done.cpu_seconds > 0'
pgrep -f "$mark" >/dev/null && bad "a neighbour outlived its trial"
rig run "$TEST_TMP/beside.yaml" --store "$store" --set neighbours.done.env.STATUS=9
expect 5
result
holds '.trials[0] | .outcome == "void" and .reason == "neighbour done: exit status 9, before the trial'"'"'s end"'

leave
