#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Natively only: it asks nothing of the kernel that another kernel would answer otherwise.
# The pools as a library: installed, found with pkg-config, used by the example that the README shows, and
# removed again. Every header that is installed can be included by itself.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

fail()
{
	echo "FAILED: $*"
	exit 1
}

command -v pkg-config >/dev/null || {
	echo "skipped: pkg-config is not installed"
	exit 77
}
make -s install DESTDIR="$dir/root" PREFIX=/usr/local >"$dir/install.log" || {
	cat "$dir/install.log"
	fail "make install"
}
root=$dir/root/usr/local
export PKG_CONFIG_SYSROOT_DIR="$dir/root" PKG_CONFIG_PATH="$root/lib/pkgconfig"
[ "$(pkg-config --modversion poolrig-pool)" = "$("$root/bin/poolrig" --version | sed -n '1s/^poolrig \([^ ]*\).*/\1/p')" ] ||
	fail "pkg-config's version is not poolrig's"

# Away from the tree, so that no header comes from it.
cp docs/examples/pool.c "$dir/"
(cd "$dir" && ${CC:-cc} -std=c17 -Wall -Wextra -Werror pool.c $(pkg-config --cflags --libs poolrig-pool) -o pool)
"$dir/pool" >"$dir/out"
[ "$(tail -n 1 "$dir/out")" = "completed 9, failed 1" ] || fail "the example says: $(tail -n 1 "$dir/out")"
[ "$(grep -c '^request [0-9]$' "$dir/out")" = 9 ] || fail "the example served $(grep -c '^request' "$dir/out") requests"

for header in $(cd "$root/include/poolrig" && find . -name '*.h' | sort); do
	(cd "$dir" && echo "#include \"${header#./}\"" |
		${CC:-cc} -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -x c - $(pkg-config --cflags poolrig-pool)) ||
		fail "$header can't be included by itself"
done

# The README shows it as it is.
awk '/^```c$/ { show = 1; next } /^```$/ { show = 0 } show' README.md >"$dir/readme.c"
cmp -s "$dir/readme.c" docs/examples/pool.c || fail "README.md does not show docs/examples/pool.c as it is"

make -s uninstall DESTDIR="$dir/root" PREFIX=/usr/local
left=$(find "$dir/root" -type f)
[ -z "$left" ] || fail "uninstall leaves: $left"
[ ! -e "$root/include/poolrig" ] || fail "uninstall leaves $root/include/poolrig"
echo "installed, used and removed"
