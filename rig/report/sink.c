/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/sink.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>

/* errno of the write that failed may be long gone by now; the pipe itself remembers. */
static bool reader_is_gone(FILE *to)
{
	struct pollfd fd = {.fd = fileno(to)};

	return poll(&fd, 1, 0) == 1 && (fd.revents & POLLERR);
}

int sink_flush(FILE *to, const char *name, struct error *err)
{
	int failed, errnum;

	errno = 0;
	failed = fflush(to);
	errnum = errno;
	if (!failed && !ferror(to))
		return 0;
	if (errnum == EPIPE || reader_is_gone(to))
		return 0;
	return error_host(err, errnum, "%s: cannot write all of it", name);
}
