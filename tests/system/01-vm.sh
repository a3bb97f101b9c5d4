#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Beside others: it makes no cell.
# Limit: 900
# scripts/vm: exit codes and output come back, the kernel has what the other tests go there for, and nothing
# of it stays on the host.
set -u
[ -z "${POOLRIG_IN_VM:-}" ] || { echo "it starts VMs, and this is one"; exit 77; }
failed=0
expect() { # expect WHAT WANTED GOT
	[ "$2" = "$3" ] && return
	echo "$1: expected: $2"
	echo "$1: got:      $3"
	failed=1
}

scripts/vm -- true # the first call fetches the kernel, and says so
said=$(scripts/vm -- sh -c 'echo out; echo err >&2; exit 7' 2>"$TEST_TMP/err")
expect "exit code" 7 $?
expect "standard output" out "$said"
expect "standard error" err "$(cat "$TEST_TMP/err")"

name=probe.$$
said=$(scripts/vm -- sh -ec "
	pwd
	touch /etc/$name scripts/$name build/vm/out/$name
	cd /sys/fs/cgroup
	cat cgroup.controllers
	echo '+cpuset +memory' >cgroup.subtree_control
	mkdir small apart
	echo 20M >small/memory.max
	echo 0 >small/memory.swap.max
	sh -c 'echo \$\$ >small/cgroup.procs; exec tail /dev/zero' || echo died \$?
	grep oom_kill small/memory.events
	echo 1 >apart/cpuset.cpus
	echo isolated >apart/cpuset.cpus.partition
	cat apart/cpuset.cpus.partition
	grep -c avg10 small/memory.pressure
	sleep 1000 &
")
expect "exit code of the second VM" 0 $?
expect "what the second VM said" "$PWD
cpuset cpu io memory hugetlb pids rdma misc
died 137
oom_kill 1
isolated
2" "$said"
[ -e build/vm/out/$name ] || { echo "a file in build/vm/out did not come back"; failed=1; }
rm -f build/vm/out/$name
[ ! -e /etc/$name ] || { echo "the VM has written in /etc"; failed=1; }
[ ! -e scripts/$name ] || { echo "the VM has written in the tree"; failed=1; }

scripts/vm --timeout 5 -- sleep 1000 2>"$TEST_TMP/err"
expect "exit code on timeout" 124 $?
scripts/vm --memory 256M -- sh -c 'echo c >/proc/sysrq-trigger' 2>"$TEST_TMP/err"
expect "exit code of a VM that panics" 125 $?
expect "the reason" 1 "$(grep -c 'Kernel panic' "$TEST_TMP/err")"

expect "exit codes of two at once" "3 4" "$(
	scripts/vm -- sh -c 'exit 3' & first=$!
	scripts/vm -- sh -c 'exit 4'; second=$?
	wait $first
	echo $? $second)"

# Tests in VMs, two at a time, in a tree below /tmp and with a space in its path. One brings its VM down, one
# exceeds its own limit: the others run all the same.
tree="$TEST_TMP/pool rig"
release=$(cat build/vm/linux/release)
mkdir -p "$tree/build/vm/linux/lib/modules/$release" "$tree/tests/system"
cp -r scripts "$tree"
cp tests/run "$tree/tests"
cp build/vm/linux/{vmlinuz,release,initramfs.cpio} "$tree/build/vm/linux"
fake() { # fake NAME, script on standard input
	{ echo '#!/bin/sh'; cat; } >"$tree/tests/system/$1.sh"
	chmod +x "$tree/tests/system/$1.sh"
}
fake 1-fine <<'EOT'
echo "it is $PWD, and /tmp has $(ls -A /tmp | sed 's/\..*//' | sort -u)"; [ -x scripts/vm ] && exit 77
EOT
fake 2-panics <<<'echo c >/proc/sysrq-trigger; sleep 60'
fake 3-after <<<'[ "$(nproc)" = 2 ]'
fake 4-slow <<'EOT'
# Limit: 1
sleep 1000
EOT
fake 5-alone <<'EOT'
# VM: --cpus 1
[ "$(nproc)" = 1 ]
EOT
# Both CPUs spin at a priority that leaves no other task a turn: the whole VM hangs, the first time.
fake 6-hangs <<'EOT'
# VM: --silence 6
rm build/vm/out/hung && exit
touch build/vm/out/hung
echo -1 >/proc/sys/kernel/sched_rt_runtime_us
for i in 1 2; do chrt -f 99 sh -c 'while :; do :; done' & done
wait
EOT
(cd "$tree" && tests/run --where vm --jobs 2 --results results tests/system/*.sh) >"$TEST_TMP/out" 2>&1
expect "exit code of tests in VMs" 1 $?
expect "what became of them" "1-fine SKIP it is $tree, and /tmp has poolrig-test
2-panics FAIL the VM ended before it was done
3-after PASS
4-slow FAIL not done after 3 s
5-alone PASS
6-hangs PASS" "$(sort "$tree/results" | awk -F'\t' '{print $1, $2, $4}' | sed 's/ (exit code.*//; s/ $//')"
expect "their last line" "3 passed, 2 failed, 1 skipped" "$(tail -n 1 "$TEST_TMP/out")"
expect "the hang that the output names" 1 "$(grep -c '^again 6-hangs: .*no sign of life for 6 s' "$TEST_TMP/out")"
expect "its kernel's state" 1 "$(grep -ac 'Kernel panic.*NMI' "$tree/build/vm/hung.log")"
expect "what is left of their VMs" "" "$(ls -A "$tree/build/vm" | grep '^run\.'; ls -A "$tree/build/vm/out")"

# More files than QEMU may have open: in the memory of the VM's kernel, and open at once.
prlimit --nofile=600 scripts/vm -- bash -c '
	mapfile -t files < <(find /usr/bin /usr/sbin /usr/share -type f | head -n 900)
	echo ${#files[@]}
	for file in "${files[@]}"; do exec {fd}<"$file" || exit; done
	head -qc 1 "${files[@]}" >/dev/null && ls /usr/bin >/dev/null && read -r -n 1 -u $fd && echo read
' >"$TEST_TMP/out" 2>&1
expect "exit code after many files" 0 $?
expect "what it said of many files" "900 read" "$(tail -n 2 "$TEST_TMP/out" | tr '\n' ' ' | sed 's/ $//')"

# Killed: its children die with it, and the next call sweeps its directory away.
scripts/vm -- sh -c 'echo up; sleep 1000' >"$TEST_TMP/out" & vm=$!
for _ in $(seq 300); do grep -q up "$TEST_TMP/out" && break; sleep 0.1; done
children=$(cat /proc/$vm/task/$vm/children)
expect "number of children" 1 "$(wc -w <<<"$children")"
dir=$(readlink /proc/"${children%% *}"/cwd)
kill -9 $vm
wait $vm 2>/dev/null
for pid in $children; do
	for _ in $(seq 100); do grep -qs '^State:.[^Z]' /proc/"$pid"/status || break; sleep 0.1; done
	grep -s '^State:.[^Z]' /proc/"$pid"/status && { echo "child $pid outlived scripts/vm"; failed=1; }
done
scripts/vm -- true
expect "exit code after a kill" 0 $?
case $dir in */build/vm/run.*) ;; *) echo "unexpected run directory: $dir"; failed=1 ;; esac
[ ! -e "$dir" ] || { echo "a killed call left $dir"; failed=1; }
exit $failed
