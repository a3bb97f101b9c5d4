/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/run/copies.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* The command has ended, and what its pipe still holds must go somewhere (kernel: pipe-max-size).
 */
#define RESERVE (1024 * 1024)

/* On /dev/null no order is seen, and the log keeps the two apart. */
static bool is_null(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

static bool one_file(int a, int b)
{
	struct stat first, second;

	return fstat(a, &first) == 0 && fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino && !is_null(&first);
}

int copies_init(struct copies *c, struct error *err)
{
	*c = (struct copies){.to = {&c->outlets[0], &c->outlets[0]}};
	if (outlet_init(&c->outlets[0], STDOUT_FILENO, COPIES_ROOM, RESERVE, err) < 0)
		return -1;
	if (one_file(STDOUT_FILENO, STDERR_FILENO))
		return 0;
	c->to[1] = &c->outlets[1];
	if (outlet_init(&c->outlets[1], STDERR_FILENO, COPIES_ROOM, RESERVE, err) == 0)
		return 0;
	copies_destroy(c);
	return -1;
}

int copies_finish(struct copies *c, int64_t limit_ns, uint64_t *unread, struct error *err)
{
	static const char *const names[2] = {"standard output", "standard error"};
	int ret = 0;

	*unread = 0;
	for (int i = 0; i < 2; i++) {
		int errnum;

		if (!c->outlets[i].ring)
			continue;
		*unread += outlet_flush(&c->outlets[i], limit_ns);
		errnum = outlet_failure(&c->outlets[i]);
		if (errnum && errnum != EPIPE && ret == 0)
			ret = error_host(err, errnum, "%s: cannot write all that the command wrote",
					 names[i]);
	}
	return ret;
}

void copies_destroy(struct copies *c)
{
	outlet_destroy(&c->outlets[0]);
	outlet_destroy(&c->outlets[1]);
}
