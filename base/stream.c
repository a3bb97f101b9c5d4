/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/stream.h"

#include <errno.h>
#include <unistd.h>

#include "base/io.h"

/* fopencookie(3): 0 is an error. */
static ssize_t put(void *cookie, const char *buf, size_t size)
{
	struct stream *s = cookie;

	if (!s->errnum)
		s->errnum = -io_write_all(s->fd, buf, size);
	errno = s->errnum;
	return s->errnum ? 0 : (ssize_t)size;
}

FILE *stream_open(struct stream *s, int fd)
{
	FILE *to = fopencookie(s, "w", (cookie_io_functions_t){.write = put});

	*s = (struct stream){.fd = fd};
	if (to)
		setvbuf(to, NULL, isatty(fd) || fd == STDERR_FILENO ? _IOLBF : _IOFBF, BUFSIZ);
	return to;
}

int stream_flush(const struct stream *s, FILE *to, const char *name, struct error *err)
{
	fflush(to);
	if (!s->errnum || s->errnum == EPIPE)
		return 0;
	return error_host(err, s->errnum, "%s: cannot write all of it", name);
}

int stream_fd(FILE *to)
{
	return to == stdout ? STDOUT_FILENO : to == stderr ? STDERR_FILENO : fileno(to);
}
