#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: a cell is killed and cleaned up by v2's own files.
# A kernel that refuses to kill and freeze at once, and what earlier rigs have left: journalled, and not.
. "$(dirname "$0")/../helpers/rig.sh"
. "$(dirname "$0")/../helpers/groups.sh"

# Journals of this test's own: no other run cleans up what it leaves on purpose. Its mounts are its own, too.
if [ -z "${STUBBORN:-}" ]; then
	STUBBORN=1 exec unshare -m "$0"
fi
others=$TEST_TMP/others # where the living rigs of others have theirs
mkdir -p "$journals" "$others" && mount --bind "$journals" "$others" && mount -t tmpfs -o mode=755 none "$journals" || exit 1

old=poolrig-20200101-000000-$(printf %06x $((RANDOM * 256 + RANDOM % 256)))
group=poolrig-test-$$
trap 'remove_group "$group"; remove_group "$old"' EXIT

# -- what an earlier rig left: processes in a group, and a group below it ------------------------
leave_old() {
	make_group "$old" || bad "cannot make $old"
	local top
	bash -c 'exec -a "$0" sleep 1000' "$mark" &
	stray=$!
	disown
	for top in "${hierarchies[@]}"; do
		mkdir "$top/$old/poolrig-cell" 2>/dev/null
		if [ -e "$top/$old/cgroup.controllers" ] || [ ! -e "$top/$old/cpuset.cpus" ]; then
			echo $stray >"$top/$old/poolrig-cell/cgroup.procs" || bad "cannot leave a process in $top"
		fi
	done
}
old_groups() { find /sys/fs/cgroup -type d -name "$old" 2>/dev/null | wc -l; }

leave_old
[ "$(old_groups)" = ${#hierarchies[@]} ] || bad "the old groups were not made"
rig exec -q -- true
expect 0
[ "$(old_groups)" = ${#hierarchies[@]} ] || bad "groups without a journal were removed: they are nobody's to remove"
kill -0 $stray 2>/dev/null || bad "a process without a journal was killed"

echo "cgroup / $old" >"$journals/${old#poolrig-}.journal"
rig exec -q -- true
expect 0
[ "$(old_groups)" = 0 ] || bad "the dead rig's groups are still there"
kill -0 $stray 2>/dev/null && bad "the dead rig's process is still there"
[ -z "$(ls "$journals")" ] || bad "journals: $(ls "$journals")"

leave_old
echo "cgroup / $old" >"$journals/${old#poolrig-}.journal"
rig clean
expect 0
printed '^cleaned up after 1 killed run$'
[ "$(old_groups)" = 0 ] || bad "clean left groups"
rig clean
expect 0
printed '^nothing to clean up$'

# A journal that can't be read is named, line by line, and shields nothing.
leave_old
{ echo "what is this"; echo "cgroup / $old"; echo "cgroup / ../../etc"; } >"$journals/${old#poolrig-}.journal"
rig clean
expect 3
said "${old#poolrig-}\.journal:1: \"what is this\""
[ "$(old_groups)" = 0 ] || bad "a wrong line kept clean from the next one"
rig exec -q -- true
expect 3
said 'cleaning up after a killed run: .*\.journal:1'
rm "$journals"/*.journal

# The group below which it was is gone, and it with it.
echo "cgroup /$group $old" >"$journals/${old#poolrig-}.journal"
rig exec -q -- true
expect 0
[ -z "$(ls "$journals")" ] || bad "journals: $(ls "$journals")"

# A rig that is alive is left alone.
mkfifo "$TEST_TMP/go"
begin() {
	"$poolrig" exec -q --stdin --json "$json" -- sh -c 'echo up >&2; read x' <"$TEST_TMP/go" 2>"$TEST_TMP/up" &
	supervisor=$!
	exec 8>"$TEST_TMP/go"
	for ((i = 0; i < 600; i++)); do
		grep -q up "$TEST_TMP/up" && break
		sleep 0.1
	done
}
begin
rig clean
expect 0
printed '^nothing to clean up$'
# Nor is it waited for where its pid says nothing, in another pid namespace.
code=0
timeout $((vm ? 60 : 9)) unshare -pf --mount-proc "$poolrig" clean >"$out" 2>"$err" || code=$?
expect 0
printed '^nothing to clean up$'
echo >&8
exec 8>&-
wait
measured '.outcome == "ok"'

# -- what can't be seen, and what was never made -------------------------------------------------
# poolrig in a mount namespace where this was done to some hierarchies: view CHANGE HIERARCHIES VERB...
view() {
	code=0
	unshare -m sh -c 'for top in $2; do $1 "$top" || exit; done; shift 2; exec "$@"' sh \
		"$1" "$2" "$poolrig" "${@:3}" >"$out" 2>"$err" </dev/null || code=$?
}

for top in "${hierarchies[0]}" "${hierarchies[-1]}"; do
	begin
	kill -9 $supervisor
	wait $supervisor 2>/dev/null
	exec 8>&-
	left=$(basename "$journals"/*.journal .journal)
	view umount "$top" clean
	expect 3
	said 'cgroup'
	[ -e "$journals/$left.journal" ] || bad "the entry is gone of what is left in $top"
	[ -d "$top/poolrig-$left" ] || bad "nothing was left in $top"
	rig clean
	expect 0
	printed '^cleaned up after 1 killed run$'
	[ -z "$(find /sys/fs/cgroup -type d -name "poolrig-$left")" ] || bad "groups are left of $left"
done

for verb in "exec -q -- true" "exec -q -- true" clean; do
	# shellcheck disable=SC2086
	view "mount -o remount,bind,ro" "${hierarchies[*]}" $verb
	expect "$([ "$verb" = clean ] && echo 0 || echo 3)"
	[ "$verb" = clean ] || said 'cannot make the group: Read-only file system'
	[ -z "$(ls "$journals")" ] || bad "a start that failed leaves $(cat "$journals"/*)"
done

# -- cgroup.kill and both freezers refuse -----------------------------------------------------------
make_group "$group" || bad "cannot make $group"
touch "$TEST_TMP/nothing"
cat >"$TEST_TMP/deaf" <<'DEAF'
#!/bin/bash
trap '' TERM INT HUP
for i in 1 2 3 4 5; do
	bash -c 'trap "" TERM HUP; exec -a "$0" sleep 1000' "$1" &
done
echo up
wait
DEAF
chmod 755 "$TEST_TMP/deaf"
"$poolrig" exec -q --timeout $((vm ? 20 : 6))s --cgroup-parent "/$group" --json "$json" -- "$TEST_TMP/deaf" "$mark" >"$out" 2>"$err" &
supervisor=$!
for ((i = 0; i < 600; i++)); do
	grep -q up "$out" && break
	sleep 0.1
done
covered=0
for file in $(find /sys/fs/cgroup -path "*/$group/*/poolrig-exec/*" \( -name cgroup.kill -o -name cgroup.freeze -o -name freezer.state \)); do
	mount --bind "$TEST_TMP/nothing" "$file" && mount -o remount,bind,ro "$file" || bad "cannot cover $file"
	(echo 1 >"$file") 2>/dev/null && bad "$file can still be written"
	covered=$((covered + 1))
done
[ "$covered" -ge 2 ] || bad "only $covered files of the cell were found"
code=0
wait $supervisor || code=$?
expect 4
measured '.reason | test("timed out")'
[ -z "$(find /sys/fs/cgroup -path "*/$group/*" -type d 2>/dev/null)" ] || bad "groups are left below $group"

leave
