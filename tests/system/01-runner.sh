#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The test runner tells passes, failures, skips, hangs and leftovers apart, and the check of skips
# finds a test that ran nowhere. All others lean on this.
set -u
here=$(mktemp -d "$TEST_TMP/XXXXXX")
failed=0
expect() { # expect WHAT WANTED GOT
	[ "$2" = "$3" ] && return
	echo "$1: expected: $2"
	echo "$1: got:      $3"
	failed=1
}
fake() { # fake NAME, script on standard input
	{ echo '#!/bin/sh'; cat; } >"$here/$1"
	chmod +x "$here/$1"
}
verdict() { # verdict NAME: its row of the results without the seconds
	awk -F'\t' -v name="$1" '$1 == name {print $2 "|" $4 "|" $5}' "$here/results"
}

fake pass <<<'echo fine; [ -d "$TEST_TMP" ] && [ -z "$(ls -A "$TEST_TMP")" ]'
fake fail <<<'seq 1 100; echo the reason; exit 3'
fake skip <<<'echo noise; echo no such device here; exit 77'
fake hang <<<'sleep 1000'
fake crash <<<'kill -SEGV $$'
fake litter <<<'setsid sleep 1000 & exit 0'
fake race <<<'echo "WARNING: ThreadSanitizer: data race (pid=1)"; exit 0'
fake cmocka <<'EOT'
echo '[==========] Running 3 test(s).'
echo '[  SKIPPED ] second'
echo '[  SKIPPED ] 1 test(s), listed below:'
echo '[  SKIPPED ] second'
echo '[  PASSED  ] 2 test(s).'
EOT
fake none <<<"echo '[==========] Running 0 test(s).'"

tests/run --timeout 3 --logs "$here/logs" --results "$here/results" \
	"$here"/{pass,fail,skip,hang,crash,litter,race,cmocka,none} >"$here/said"
expect "exit code" 1 $?
expect pass 'PASS||0' "$(verdict pass)"
expect fail 'FAIL|exit code 3|0' "$(verdict fail)"
expect skip 'SKIP|no such device here|0' "$(verdict skip)"
expect hang 'FAIL|not done after 3 s|0' "$(verdict hang)"
expect crash 'FAIL|killed by SIGSEGV|0' "$(verdict crash)"
expect litter 'FAIL|left running: N (sleep)|0' "$(verdict litter | sed 's/[0-9]\+ (/N (/')"
expect race 'FAIL|WARNING: ThreadSanitizer: data race (pid=1)|0' "$(verdict race)"
expect cmocka 'PASS|skipped: second|2' "$(verdict cmocka)"
expect none 'FAIL|a cmocka program with no test in it|0' "$(verdict none)"
expect "last line" '2 passed, 6 failed, 1 skipped' "$(tail -n 1 "$here/said")"
expect "a failure's log" 1 "$(grep -c '^    the reason$' "$here/said")"
expect "lines of a failure's log" '    62' "$(grep -m 1 -A 1 '^FAIL fail ' "$here/said" | tail -n 1)"

# A limit of a test's own, and two at a time: what each said is the same, and they were there together.
fake own.sh <<<'# Limit: 1
sleep 1000'
fake patient.sh <<<'# Limit: 100
sleep 4'
meet() { echo "touch '$here/$1.is-here'; until [ -e '$here/$2.is-here' ]; do sleep 0.1; done"; }
for i in 1 2 3 4 5; do fake filler$i <<<true; done
fake one <<<"$(meet one two)"
fake two <<<"$(meet two one)"
fake kills-runner <<<'kill -9 $PPID'
tests/run --jobs 2 --timeout 3 --logs "$here/logs" --results "$here/results" \
	"$here"/{one,two,fail,own.sh,patient.sh,kills-runner,filler1,filler2,filler3,filler4,filler5} >"$here/said"
expect "exit code of two at a time" 1 $?
expect "one of two at a time" 'PASS||0' "$(verdict one)"
expect "two of two at a time" 'PASS||0' "$(verdict two)"
expect "a failure of two at a time" 'FAIL|exit code 3|0' "$(verdict fail)"
expect "its log" 1 "$(grep -c '^    the reason$' "$here/said")"
expect "a limit of its own" 'FAIL|not done after 1 s|0' "$(verdict own.sh)"
expect "a longer one" 'PASS||0' "$(verdict patient.sh)"
expect "one whose runner dies" 'FAIL|its runner ended before it was done' "$(verdict kills-runner | sed 's/ (.*//')"
expect "one after it" 'PASS||0' "$(verdict filler5)"
expect "last line of two at a time" '8 passed, 3 failed, 0 skipped' "$(tail -n 1 "$here/said")"

tests/run --logs "$here/logs" "$here/pass" >"$here/said"
expect "exit code of a pass" 0 $?
tests/run --logs "$here/logs" "$here/absent" >"$here/said" 2>&1
expect "exit code of a missing test" 2 $?

printf 'a\tSKIP\t0\tx\t0\nb\tPASS\t0\t\t0\n' >"$here/native"
printf 'a\tPASS\t0\t\t0\n' >"$here/vm"
scripts/check-skips "$here/native" --vm "$here/vm" >"$here/said"
expect "skipped natively, run in the VM" 0 $?
printf 'b\tPASS\t0\t\t0\n' >"$here/vm"
scripts/check-skips "$here/native" --vm "$here/vm" >"$here/said"
expect "skipped natively, missing in the VM" 1 $?
printf 'a\tSKIP\t0\ty\t0\n' >"$here/vm"
scripts/check-skips "$here/native" --vm "$here/vm" >"$here/said"
expect "skipped in both" 1 $?
printf 'a\tPASS\t0\tskipped: x, y\t2\n' >"$here/native"
printf 'a\tPASS\t0\tskipped: z\t3\n' >"$here/vm"
scripts/check-skips "$here/native" --vm "$here/vm" >"$here/said"
expect "one cmocka test skipped natively, run in the VM" 0 $?
printf 'a\tPASS\t0\tskipped: y\t3\n' >"$here/vm"
scripts/check-skips "$here/native" --vm "$here/vm" >"$here/said"
expect "one cmocka test skipped in both" 1 $?
expect "what it says of it" 1 "$(grep -c '^a: y: ran nowhere' "$here/said")"

[ $failed = 0 ] || cat "$here/said"
exit $failed
