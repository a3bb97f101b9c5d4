#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Beside others: it makes no cell.
# What is generated of the documentation is up to date, renders without a warning, and completes what there is.
fail() {
	echo "FAILED: $*"
	exit 1
}
scripts/gen-docs --check || fail "generated documentation is stale"

# A table that changes must be noticed: one with a row less.
cp -r docs "$TEST_TMP/docs"
sed -i '/^\.TP$/,+2d' docs/man/poolrig-list.1
scripts/gen-docs --check >"$TEST_TMP/stale"
code=$?
cp "$TEST_TMP/docs/man/poolrig-list.1" docs/man/poolrig-list.1
[ $code = 1 ] && grep -q 'docs/man/poolrig-list.1: stale' "$TEST_TMP/stale" || fail "a stale page is not noticed"

verbs=$(./poolrig --help | sed -n '/^$/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ "$(echo "$verbs" | wc -l)" -ge 7 ] || fail "--help lists only: $verbs"
for page in poolrig.1 poolrig-experiment.5 poolrig-protocol.7 $(printf 'poolrig-%s.1 ' $verbs); do
	[ -s "docs/man/$page" ] || fail "there is no docs/man/$page"
	warnings=$(MANWIDTH=80 man --warnings -l "docs/man/$page" 2>&1 >/dev/null)
	[ -z "$warnings" ] || fail "$page: man says: $warnings"
	command -v mandoc >/dev/null || continue
	# Long lines are no matter of how it renders.
	warnings=$(mandoc -Tlint "docs/man/$page" | grep -v 'input text line longer than 80 bytes')
	[ -z "$warnings" ] || fail "$page: mandoc says: $warnings"
done

complete_for() { # complete_for WORD…: what bash offers for the last one
	bash -c '. docs/completion/poolrig.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _poolrig; echo "${COMPREPLY[*]}"' bash "$@"
}
for verb in $verbs; do
	[ "$(complete_for poolrig "$verb")" = "$verb" ] || fail "bash does not complete the verb $verb"
	for option in $(./poolrig "$verb" --help | grep -oE '^  (-.,|   ) --[a-z-]+' | grep -oE -- '--[a-z-]+'); do
		[[ " $(complete_for poolrig "$verb" "$option") " == *" $option "* ]] || fail "bash does not complete $verb $option"
		grep -q -- "'\*\?$option[=[]" docs/completion/_poolrig || fail "zsh does not complete $verb $option"
	done
done
! command -v zsh >/dev/null || zsh -n docs/completion/_poolrig || fail "zsh can't read docs/completion/_poolrig"
echo "$(echo "$verbs" | wc -l) verbs have their pages and completions"
