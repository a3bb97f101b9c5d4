#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Beside others: it makes no cell.
# A store that version 0.1.0 wrote, with its own JSON (format 1) and CSV of it (tests/golden/format-1.tar.gz: real runs of
# pools, of a search and of plain commands): what is printed today has the same values under today's names.
. "$(dirname "$0")/../helpers/rig.sh"

tar -xzf tests/golden/format-1.tar.gz -C "$TEST_TMP"
old=$TEST_TMP/format-1
for json in "$old"/*.json; do
	run=$(basename "$json" .json)
	rig show "$run" --json --store "$old/store.db"
	expect 0
	cp "$out" "$TEST_TMP/$run.json"
	rig export "$run" --csv --store "$old/store.db"
	expect 0
	cp "$out" "$TEST_TMP/$run.csv"
	rig export "$run" --csv --samples --store "$old/store.db"
	expect 0
	cp "$out" "$TEST_TMP/$run.samples.csv"
	tests/helpers/same_values.py "$old/$run" "$TEST_TMP/$run" || bad "$run: other values than in format 1"
	# All that the terminal shows is there to be shown, of an old store, too.
	for more in "" --all "--trial 1"; do
		# shellcheck disable=SC2086 # two words
		rig show "$run" $more --store "$old/store.db"
		expect 0
	done
done
# The comparison can fail.
run=$(basename "$(ls "$old"/*.json | head -n 1)" .json)
sed -i 's/"median": \([1-9]\)/"median": 1\1/' "$TEST_TMP/$run.json"
! tests/helpers/same_values.py "$old/$run" "$TEST_TMP/$run" >/dev/null || bad "other values were taken for the same"

# Seven pools on one screen: through a pipe, on a terminal, in tmux; in either locale.
seven=$(jq -r 'select(.variants | length == 7).run.id' "$old"/*.json)
show() {
	"$poolrig" show "$seven" --store "$old/store.db"
}
# For a shell within: a path may have blanks.
command=$(printf '%q ' "$poolrig" show "$seven" --store "$old/store.db")
screen() { # screen WHAT FILE: it has 24 lines of 80 columns at most, a row a pool, and marks the best
	tr -d '\r' <"$2" | sed 's/\x1b\[[0-9;]*m//g' >"$TEST_TMP/plain"
	[ "$(wc -l <"$TEST_TMP/plain")" -le 24 ] || bad "$1: $(wc -l <"$TEST_TMP/plain") lines"
	[ "$(LC_ALL=C.UTF-8 wc -L <"$TEST_TMP/plain")" -le 80 ] || bad "$1: wider than a screen: $(cat "$TEST_TMP/plain")"
	[ "$(grep -Ec '^(naive|fixed-1000|elastic-2000|fibre-2000|go-naive|go-workerpool-1000|go-ants-2000) .* [0-9]+/[0-9]+/[0-9]+ *$' \
		"$TEST_TMP/plain")" = 7 ] || bad "$1: not seven pools: $(cat "$TEST_TMP/plain")"
	grep -Eq '^fibre-2000 +255 ns\* ' "$TEST_TMP/plain" || bad "$1: the soonest is not marked: $(cat "$TEST_TMP/plain")"
}
for locale in C C.UTF-8; do
	LC_ALL=$locale TERM=xterm show >"$out" || bad "$locale: cannot be shown"
	screen "$locale, a pipe" "$out"
	grep -q $'\e' "$out" && bad "$locale: colour through a pipe"
	if command -v script >/dev/null; then
		LC_ALL=$locale TERM=xterm script -qec "stty cols 80 rows 24; $command" /dev/null </dev/null >"$out"
		screen "$locale, a terminal" "$out"
		grep -q $'\e\[1m255 ns' "$out" || bad "$locale: no colour on a terminal"
		LC_ALL=$locale TERM=xterm NO_COLOR=1 script -qec "stty cols 80 rows 24; $command" /dev/null </dev/null >"$out"
		screen "$locale, NO_COLOR" "$out"
		grep -q $'\e' "$out" && bad "$locale: colour in spite of NO_COLOR"
	fi
	if command -v tmux >/dev/null; then
		tmux -L "$mark" -f /dev/null new-session -d -x 80 -y 24 "LC_ALL=$locale $command; touch $(printf %q "$TEST_TMP/$locale"); sleep 10"
		for _ in $(seq 100); do
			[ -e "$TEST_TMP/$locale" ] && break
			sleep 0.1
		done
		tmux -L "$mark" capture-pane -p >"$out"
		tmux -L "$mark" kill-server
		screen "$locale, tmux" "$out"
	fi
done

leave
