/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/verbs/verb.h"

#include <errno.h>
#include <poll.h>

#include "rig/run/supervisor.h"

void verb_print_files(FILE *to)
{
	char dir[4096];

	if (supervisor_files_dir(dir, sizeof(dir), NULL) == 0)
		fprintf(to, "\ndocs/ and experiments/ are in %s\n", dir);
}

int verb_options(const struct verb *verb, int argc, char **argv, void *options, struct error *err)
{
	bool help = false;
	int first = option_parse(&verb->options, argc, argv, options, &help, err);

	if (first < 0 || !help)
		return first;
	option_help(&verb->options, stdout);
	verb_print_files(stdout);
	return verb_flush(stdout, "standard output", err);
}

/* errno of the write that failed may be long gone by now; the pipe itself remembers. */
static bool reader_is_gone(FILE *to)
{
	struct pollfd fd = {.fd = fileno(to)};

	return poll(&fd, 1, 0) == 1 && (fd.revents & POLLERR);
}

int verb_flush(FILE *to, const char *name, struct error *err)
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
