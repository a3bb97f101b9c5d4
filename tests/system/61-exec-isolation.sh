#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: a cell sees another tree of cgroups there.
# What a command in a cell sees of the host, what it can't do to it, and that its limits hold.
. "$(dirname "$0")/../helpers/rig.sh"

# One command that tells all it sees, one "name value" a line.
cat >"$TEST_TMP/look" <<'LOOK'
#!/bin/bash
tell() { echo $1 $2; }
tell processes "$(ls -d /proc/[0-9]* | wc -l)"
tell first "$(cat /proc/1/comm)"
# All but what is kept where it lies below /tmp, and the way there.
tell tmp "$(find /tmp -mindepth 1 \( -path "$PWD" -o -path "${0%/*}" \) -prune -o -print | while IFS= read -r path; do
	[[ $PWD == "$path"/* || $0 == "$path"/* ]] || echo "$path"
done | head)"
tell shm "$(ls -A /dev/shm)"
touch /tmp/mine /dev/shm/mine && tell private_writable yes
tell new_privs "$(awk '/^NoNewPrivs/ {print $2}' /proc/self/status)"
tell bounding "$(awk '/^CapBnd/ {print $2}' /proc/self/status)"
tell effective "$(awk '/^CapEff/ {print $2}' /proc/self/status)"
tell fds "$(cd /proc/$$/fd && echo *)"
tell session "$(($(ps -o sid= -p $$) == $$))"
tell tty "$(ps -o tty= -p $$)"
true 2>/dev/null </dev/tty && tell terminal opened
tell interfaces "$(tail -n +3 /proc/net/dev | sed 's/:.*//' | tr -d ' ' | sort | tr '\n' ' ')"
tell loopback "$(ip -o -4 addr show lo | awk '{print $4}') $(ip -o link show up dev lo | wc -l)"
tell cgroup "$(cut -d: -f3 /proc/self/cgroup | sort -u | tr '\n' ' ')"
for dir in $(awk '/ - cgroup2? / {print $5}' /proc/self/mountinfo); do
	mkdir "$dir/inner" 2>/dev/null && tell cgroup_mkdir "$dir"
	mount -o remount,rw "$dir" 2>/dev/null && tell remounted "$dir"
	umount "$dir" 2>/dev/null && tell unmounted "$dir"
	mkdir "$dir/inner" 2>/dev/null && tell cgroup_mkdir_after "$dir"
	(echo 0 >"$dir/cgroup.procs") 2>/dev/null && tell cgroup_moved "$dir"
done
mkdir /tmp/c && mount -t cgroup2 none /tmp/c 2>/dev/null && tell mounted cgroup2
mount -t tmpfs none /tmp/c 2>/dev/null && tell mounted tmpfs
unshare -m true 2>/dev/null && tell unshared mounts
for file in /proc/sys/kernel/core_pattern /sys/kernel/profiling /proc/irq/default_smp_affinity; do
	[ -e "$file" ] && (cat "$file" >"$file") 2>/dev/null && tell setting "$file"
done
true 2>/dev/null >>/proc/sysrq-trigger && tell setting sysrq-trigger
mknod /tmp/null c 1 3 2>/dev/null && tell device made
nice -n -5 true 2>&1 | grep -q . || tell nice lowered
tell core "$(ulimit -c)"
LOOK
chmod 755 "$TEST_TMP" "$TEST_TMP/look"
sees() { # sees NAME VALUE
	grep -qx -- "$1${2:+ $2}" "$out" && return
	level=1 bad "expected \"$1 $2\", but: $(grep "^$1" "$out")"
}
never() {
	grep -q "^$1" "$out" || return
	level=1 bad "$(grep "^$1" "$out")"
}

pattern=$(cat /proc/sys/kernel/core_pattern)
echo "a host's file" >"/dev/shm/$mark"
rig exec -q -- "$TEST_TMP/look"
rm -f "/dev/shm/$mark"
expect 0
[ "$(awk '/^processes/ {print $2}' "$out")" -lt 8 ] || bad "$(grep '^processes' "$out")"
sees first poolrig
sees tmp ""
sees shm ""
sees private_writable yes
[ -e /tmp/mine ] && bad "the host's /tmp was written"
[ -e /dev/shm/mine ] && bad "the host's /dev/shm was written"
sees new_privs 1
# chown, dac_override, fowner, fsetid, kill, setgid, setuid, net_bind_service, net_raw: no more
sees bounding 00000000000024fb
sees effective 00000000000024fb
# 255 is bash's own, of its script; 3 the directory that it reads
sees fds "0 1 2 255 3"
sees session 1
sees tty '?'
never terminal
sees interfaces lo
sees loopback '127.0.0.1/8 1'
sees cgroup /
never cgroup_mkdir
never remounted
never unmounted
never cgroup_moved
never mounted
never unshared
never setting
never device
never nice
sees core 0
[ "$(cat /proc/sys/kernel/core_pattern)" = "$pattern" ] || bad "core_pattern has become $(cat /proc/sys/kernel/core_pattern)"

rig exec -q -- ls /proc/self/fd
expect 0
[ "$(tr '\n' ' ' <"$out")" = "0 1 2 3 " ] || bad "descriptors (3 is ls's own): $(cat "$out")"

# -- descriptors, whatever the caller has closed or left open --------------------------------------
# One "NUMBER what" a line; the walk's own directory is not there any more when its link is read.
cat >"$TEST_TMP/walk" <<'WALK'
#!/usr/bin/python3 -IS
import os
for fd in sorted(int(name) for name in os.listdir("/proc/self/fd")):
    try:
        what = os.readlink(f"/proc/self/fd/{fd}").split(":")[0]
    except FileNotFoundError:
        continue
    print(fd, what)
WALK
chmod 755 "$TEST_TMP/walk"
inherits() { # inherits STDIN: what the walk has printed
	[ "$(cat "$out")" = "$(printf '0 %s\n1 pipe\n2 pipe' "$1")" ] && return
	level=1 bad "inherited: $(tr '\n' ' ' <"$out")"
}
mkfifo "$TEST_TMP/fifo"
exec 8<>"$TEST_TMP/fifo" 7</sys/fs/cgroup 21>"$TEST_TMP/open"
walk() { "$poolrig" exec -q "$@" -- "$TEST_TMP/walk"; }
walk -i >"$out" <&8; inherits "$TEST_TMP/fifo"
walk -i >"$out" <&-; inherits /dev/null
walk >"$out" <&-; inherits /dev/null
walk -i >"$out" <&- 2>&-; inherits /dev/null
walk -i >"$out" 2>&- <&8; inherits "$TEST_TMP/fifo"
# Standard output is closed: what the cell sees goes to its log.
walk -i --json "$TEST_TMP/walk.json" >&- 2>"$err" <&-
jq -r '.logs[] | select(.name == "stdout").tail' "$TEST_TMP/walk.json" | sed '/^$/d' >"$out"; inherits /dev/null
walk -i --json "$TEST_TMP/walk.json" <&- >&- 2>&-
jq -r '.logs[] | select(.name == "stdout").tail' "$TEST_TMP/walk.json" | sed '/^$/d' >"$out"; inherits /dev/null
# A workload that speaks the protocol has one more.
printf '%s\n' "{experiment: walk, load: {rate: 1k, service: 1ms, measure: 100ms}, trials: {count: 1}," \
	"variants: [{name: walk, command: [$TEST_TMP/walk]}]}" >"$TEST_TMP/walk.yaml"
"$poolrig" run -q --store "$TEST_TMP/walk.db" "$TEST_TMP/walk.yaml" <&- >&- 2>"$err"
rig show latest --json --store "$TEST_TMP/walk.db"
jq -r '.trials[0].logs[] | select(.name == "stdout").tail' "$out" | sed '/^$/d' >"$TEST_TMP/seen"
[ "$(tr '\n' ' ' <"$TEST_TMP/seen")" = "0 /dev/null 1 pipe 2 pipe 3 socket " ] || bad "of a workload: $(tr '\n' ' ' <"$TEST_TMP/seen")"
exec 8>&- 7>&- 21>&-

# -- another task on its core ------------------------------------------------------------------
core=$(nproc --all) && core=$((core - 1))
taskset -c "$core" sh -c 'while :; do :; done' "$mark" &
busy=$!
rig exec --cpus "$core" --json "$json" -- sleep 1
kill "$busy"
expect 0
measured '.grade.cpu | .level == "C" and (.reason | test("foreign tasks took [0-9.]+ % of the work cores, above 5 %"))'
measured 'any(.interference[]; .name == "foreign_work_share" and .value > 0.05)'
said '^warning: foreign tasks took [0-9.]+ % of the work cores, above 5 %$'

# -- the host's network, where it is asked for ------------------------------------------------
rig exec -q --net host -- tail -n +3 /proc/net/dev
[ "$(cut -d: -f1 "$out" | sort)" = "$(tail -n +3 /proc/net/dev | cut -d: -f1 | sort)" ] || bad "--net host: $(cat "$out")"

# -- the person who called sudo --------------------------------------------------------------
(
	rm -f "$json" # one that is there keeps its owner
	export SUDO_UID=65534 SUDO_GID=65534
	rig exec -q --json "$json" -- sh -c 'id -u; id -g; touch /etc/mine 2>/dev/null && echo wrote; grep CapEff /proc/self/status
		echo again >/proc/self/fd/1; kill -9 1 2>/dev/null; echo "$HOME"'
	expect 0
	[ "$(tr '\n' ' ' <"$out")" = "65534 65534 CapEff:	0000000000000000 again /nonexistent " ] || bad "as nobody: $(cat "$out")"
	[ "$(stat -c %u "$json")" = 65534 ] || bad "the result belongs to $(stat -c %u "$json")"
	exit $failed
) || failed=1
SUDO_UID=me rig exec -q -- true
expect 2
said 'SUDO_UID "me"'

# -- what a command has from its caller is in the result ------------------------------------------
rig exec -q --json "$json" -- true
measured '.metrics.inherited | length == 6 and .scheduling_policy == 0 and .realtime_priority == 0'
sh -c 'echo 321 >/proc/self/oom_score_adj; exec nice -n 7 ionice -c 2 -n 6 chrt --batch 0 "$@"' sh \
	"$poolrig" exec --json "$json" -- true >"$out" 2>"$err" </dev/null || bad "under priorities: $(cat "$err")"
measured '.metrics.inherited == {nice: 7, scheduling_policy: 3, realtime_priority: 0, io_class: 2, io_level: 6, oom_score_adj: 321}'
said 'inherited +nice 7, scheduling policy 3, I/O class 2, I/O priority 6, OOM score'
grep -q 'real-time priority' "$err" && bad "what is usual is said: $(grep inherited "$err")"

# -- limits ------------------------------------------------------------------------------------
cpu=$(($(nproc --all) - 1))
rig exec -q --cpus "$cpu" --json "$json" -- sh -c 'nproc; taskset -cp $$'
expect 0
[ "$(head -n 1 "$out")" = 1 ] || bad "nproc in a cell of one CPU: $(cat "$out")"
printed "list: $cpu\$"
measured ".grade.cpu.granted | test(\"cpuset $cpu;\")"

# Each copy goes on to start copies, 4096 if it could; the cell's limit stops it, not the host's.
rig exec -q --pids 50 --timeout 60s --json "$json" -- perl -e 'fork for 1 .. 12; sleep 1' "$mark"
expect 0
measured '.metrics.pids_refused > 0 and .metrics.pids_peak <= 50 and .metrics.pids_peak > 10'
/bin/true || bad "the host can't fork any more"

# A tenth of a CPU: the kernel says itself that it stopped the cell.
rig exec -q --cpu-max "10000 100000" --json "$json" -- sh -c 'i=0; while [ $i -lt $1 ]; do i=$((i + 1)); done' sh $((vm ? 4000 : 60000))
expect 0
measured '.interference | map(select(.name == "throttled"))[0].value > 0'
measured '.metrics.wall_seconds > 2 * .metrics.cpu_seconds'

leave
