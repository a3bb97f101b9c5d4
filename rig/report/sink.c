/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/sink.h"

#include <errno.h>

int sink_flush(FILE *to, const char *name, struct error *err)
{
	int failed, errnum;

	errno = 0;
	failed = fflush(to);
	errnum = errno;
	if (!failed && !ferror(to))
		return 0;
	if (errnum == EPIPE)
		return 0;
	return error_host(err, errnum, "%s: cannot write all of it", name);
}
