# SPDX-License-Identifier: GPL-3.0-or-later
# To be sourced: `scenario PROBE NAME` runs one scenario of a probe in a group of this script's own,
# which is removed whatever happens. Its output is in $out; a scenario that this host can't run ends
# the script with 77, one that fails ends it with 1.
set -u
bin=${POOLRIG_BUILD:-build/release}/tests/helpers
run=poolrig-test-$$
out=$(mktemp)

if [ "$(id -u)" != 0 ]; then
	rm -f "$out"
	echo "needs root"
	exit 77
fi

leave() {
	code=$?
	trap - EXIT
	"$bin/cg_probe" clean "$run" || code=1
	rm -f "$out"
	exit "$code"
}
trap leave EXIT
trap 'exit 130' INT TERM HUP

scenario() {
	echo "== $2"
	code=0
	timeout 120 "$bin/$1" "$2" "$run" >"$out" 2>&1 || code=$?
	cat "$out"
	case $code in
	0) ;;
	77) exit 77 ;;
	*)
		echo "$1 $2: exit $code"
		exit 1
		;;
	esac
}
