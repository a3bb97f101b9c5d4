#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the VM: a cell sees another tree of cgroups there.
# In a plain chroot, whose / is no mount point: a cell is made, it is in the chroot, and its mounts are its own.
if [ "$(id -u)" != 0 ]; then
	echo "needs root"
	exit 77
fi
# In a mount namespace of the test's own, with which the chroot's mounts go. In it all are shared, so that a
# mount of the cell would be seen here if the cell were not cut off.
if [ -z "${IN_MOUNT_NAMESPACE:-}" ]; then
	exec env IN_MOUNT_NAMESPACE=1 unshare --mount --propagation private "$0" "$@"
fi
. "$(dirname "$0")/../helpers/rig.sh"
root=$TEST_TMP/root
mkdir "$root" "$root/tmp"
for dir in /*; do
	[ "$dir" != /tmp ] || continue
	if [ -h "$dir" ]; then
		ln -s "$(readlink "$dir")" "$root$dir"
	elif [ -d "$dir" ] && { [ "$dir" = /proc ] || [ "$dir" = /sys ] || [ "$dir" = /dev ] || [ "$dir" = /run ]; }; then
		mkdir "$root$dir" && mount --rbind "$dir" "$root$dir" || exit 1
	elif [ -d "$dir" ]; then
		mkdir "$root$dir" && mount --bind "$dir" "$root$dir" || exit 1
	fi
done
mkdir -p "$root$PWD"
mount --bind "$PWD" "$root$PWD" || exit 1
touch "$root/this-is-the-chroot" "$root/tmp/of-the-chroot"
mount --make-rshared / || exit 1
expect_file() { # expect_file PATH WHAT
	[ "$(cat "$1")" = "$2" ] || bad "expected \"$2\", but it said: $(head -c 300 "$1" "$err")"
}

if chroot "$root" mount --make-rprivate / 2>/dev/null; then
	echo "skipped: the root of this chroot is a mount point"
	exit 77
fi
chrooted() {
	code=0
	chroot "$root" sh -c 'cd "$1" && shift && exec "$@"' sh "$PWD" "$poolrig" "$@" >"$out" 2>"$err" </dev/null || code=$?
}

# Of /tmp there is nothing but the way to the working directory, where it lies below.
way=
case $PWD in /tmp/*) way=${PWD#/tmp/} way=${way%%/*} ;; esac
chrooted exec -q -- sh -c 'ls / | grep this-is; ls -A /tmp | grep -vxF "$1"; pwd' sh "$way"
expect 0
expect_file "$out" "this-is-the-chroot
$PWD"

chroot "$root" "$poolrig" exec -q -- sh -c 'echo up; exec sleep 60' sh "$mark" >"$TEST_TMP/up" 2>"$err" &
pid=$!
for _ in $(seq 300); do
	grep -q up "$TEST_TMP/up" && break
	sleep 0.1
done
expect_file "$TEST_TMP/up" up
grep ' - tmpfs poolrig ' /proc/self/mountinfo && bad "the cell's mounts are seen outside of it"
kill -TERM "$pid"
wait "$pid"
[ -e "$root/tmp/of-the-chroot" ] || bad "the chroot's /tmp was changed"

leave
