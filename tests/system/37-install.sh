#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The pools as a library: installed, found with pkg-config, used by the example that the README shows, and
# removed again. Every header that is installed can be included by itself, in C and in C++, and all names of
# the library have its prefix.
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

cp "$root/share/poolrig/docs/examples/queue.c" "$dir/"
(cd "$dir" && ${CC:-cc} -std=c17 -Wall -Wextra -Werror queue.c $(pkg-config --cflags --libs poolrig-pool) -o queue)
[ "$("$dir/queue" | tr '\n' ' ')" = "due at 10 due at 20 due at 30 due at 40 due at 50 " ] || fail "the example of a queue says: $("$dir/queue")"

# Each file that help or an installed page names is where --help says.
files=$("$root/bin/poolrig" --help | sed -n 's|^docs/ and experiments/ are in ||p')
[ "$files" = "$root/share/poolrig" ] || fail "--help says that docs/ is in: $files"
[ "$(./poolrig run --help | sed -n 's|^docs/ and experiments/ are in ||p')" = "$PWD" ] || fail "./poolrig run --help does not name the tree"
{
	for verb in "" $("$root/bin/poolrig" --help | sed -n '/^$/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
		"$root/bin/poolrig" $verb --help
	done
	cat "$files"/docs/*.md "$root"/share/man/man*/poolrig*
} | tr -d '\\' | grep -oE '\b(docs|experiments|workloads/examples)/[A-Za-z0-9_/.-]*[A-Za-z0-9]' | sort -u >"$dir/named"
[ "$(wc -l <"$dir/named")" -gt 7 ] || fail "help and pages name too few files: $(cat "$dir/named")"
while read -r name; do
	[ -e "$files/$name" ] || [ -n "$(find "$files" -path "$files/$name*" | head -n 1)" ] || fail "$name is named, and not installed"
done <"$dir/named"

for header in $(cd "$root/include/poolrig" && find . -name '*.h' | sort); do
	(cd "$dir" && echo "#include \"${header#./}\"" |
		${CC:-cc} -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -x c - $(pkg-config --cflags poolrig-pool)) ||
		fail "$header can't be included by itself"
done

# Every global name is ours by its prefix, so that a program may have its own of any other name.
nm -g --defined-only "$root/lib/libpoolrig-pool.a" >"$dir/symbols" || fail "nm does not read the library"
[ "$(awk 'NF == 3 && $3 ~ /^pool_/' "$dir/symbols" | wc -l)" -gt 100 ] || fail "the library has too few symbols"
bad=$(awk 'NF == 3 && $3 !~ /^pool_/ { print $3 }' "$dir/symbols" | sort -u | tr '\n' ' ')
[ -z "$bad" ] || fail "global symbols without the prefix pool_: $bad"
bad=$(cd "$root/include/poolrig" && grep -rnE '^[[:space:]]*(#[[:space:]]*define[[:space:]]+|(struct|enum|union)[[:space:]]+)[A-Za-z]' . |
	grep -vE '(#[[:space:]]*define[[:space:]]+POOL|(struct|enum|union)[[:space:]]+pool(rig)?(_|[[:space:]]|;)|struct[[:space:]]+(sockaddr|timespec))' || true)
[ -z "$bad" ] || fail "names of the headers without the prefix: $bad"
cat >"$dir/own.c" <<'END'
#include <pool/policy/breaker.h>
#include <pool/pool.h>
#include <pool/queue/deque.h>

#define QUEUE_OK 1
#define LINE     2
struct queue { int hdr; };
struct deque { int gate; };
enum gate { GATE_SHUT, ONE_TASK };
int hdr_init(struct queue *queue);
int deque_push(struct deque *deque);
int gate_enter(enum gate gate);
int queue_open(void), breaker_init(void), fibre_yield(void), futex_wake(void), workers_add(void);
int hdr_init(struct queue *queue) { return queue->hdr; }
int deque_push(struct deque *deque) { return deque->gate; }
int gate_enter(enum gate gate) { return gate == ONE_TASK; }
int queue_open(void) { return QUEUE_OK; }
int breaker_init(void) { return LINE; }
int fibre_yield(void) { return 0; }
int futex_wake(void) { return 0; }
int workers_add(void) { return 0; }

int main(void)
{
	struct queue queue = {0};
	struct deque deque = {0};
	int sum = hdr_init(&queue) + deque_push(&deque) + gate_enter(GATE_SHUT) + fibre_yield() + futex_wake() + workers_add();

	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool_options options = POOL_OPTIONS_INIT;
		struct pool *pool;

		options.capacity = 2;
		pool = pool_open(*kind, &options, &sum);
		if (!pool)
			return 1;
		pool_close(pool, POOL_DRAIN);
	}
	return sum == 0 && queue_open() == 1 && breaker_init() == 2 ? 0 : 1;
}
END
(cd "$dir" && ${CC:-cc} -std=c17 -Wall -Wextra -Werror own.c $(pkg-config --cflags --libs poolrig-pool) -o own) ||
	fail "a program with names of its own can't be built"
"$dir/own" || fail "a program with names of its own fails"

# C++: each header by itself, and all of them in a program that runs a pool and uses what is inline.
if command -v "${CXX:-g++}" >/dev/null; then
	{
		(cd "$root/include/poolrig" && find . -name '*.h' | sort | sed 's|^\./\(.*\)$|#include <\1>|')
		cat <<'END'

#include <cstdio>

namespace {
std::atomic<int> sum;

struct work {
	pool_task task; // must be first
	int value;
};

void add(pool_task *task)
{
	sum += reinterpret_cast<work *>(task)->value;
}
} // namespace

int main()
{
	pool_options options = {};
	pool_group group;
	work works[10] = {};
	pool_deque deque = {};
	pool_queue_item item = nullptr;
	int error = 0;

	options.capacity = 2;
	pool *p = pool_open("stealing", &options, &error);
	if (!p)
		return 1;
	pool_group_init(&group);
	for (int i = 0; i < 10; i++) {
		works[i].task.run = add;
		works[i].task.group = &group;
		works[i].value = i;
		if (pool_submit(p, &works[i].task) != POOL_OK)
			return 2;
	}
	if (pool_group_wait(&group, INT64_MAX) != POOL_OK || pool_task_state(&works[0].task) != POOL_TASK_OUTSIDE)
		return 3;
	if (pool_close(p, POOL_DRAIN).abandoned != 0 || sum != 45)
		return 4;
	if (pool_deque_init(&deque, 2, 0) != 0 || !pool_deque_push(&deque, &group) || !pool_deque_push(&deque, &deque) ||
	    !pool_deque_pop(&deque, &item) || item != &deque || pool_deque_steal(&deque, &item) != POOL_DEQUE_STOLEN || item != &group)
		return 5;
	pool_deque_destroy(&deque);
	std::puts("a pool in C++");
}
END
	} >"$dir/all.cpp"
	for standard in c++17 c++20; do
		for header in $(cd "$root/include/poolrig" && find . -name '*.h' | sort); do
			(cd "$dir" && echo "#include <${header#./}>" |
				${CXX:-g++} -std=$standard -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c++ - $(pkg-config --cflags poolrig-pool)) ||
				fail "$header can't be included in $standard"
		done
		(cd "$dir" && ${CXX:-g++} -std=$standard -Wall -Wextra -Wpedantic -Werror all.cpp $(pkg-config --cflags --libs poolrig-pool) -o all) ||
			fail "a program in $standard can't be built"
		[ "$("$dir/all")" = "a pool in C++" ] || fail "a program in $standard fails"
	done
fi

# The README shows it as it is.
awk '/^```c$/ { show = 1; next } /^```$/ { show = 0 } show' README.md >"$dir/readme.c"
cmp -s "$dir/readme.c" docs/examples/pool.c || fail "README.md does not show docs/examples/pool.c as it is"

make -s uninstall DESTDIR="$dir/root" PREFIX=/usr/local
left=$(find "$dir/root" -type f)
[ -z "$left" ] || fail "uninstall leaves: $left"
[ ! -e "$root/include/poolrig" ] || fail "uninstall leaves $root/include/poolrig"
echo "installed, used and removed"
