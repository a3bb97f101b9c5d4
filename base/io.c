/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/own.h"

ssize_t io_pread(int fd, char *buf, size_t size)
{
	ssize_t n;

	do {
		n = pread(fd, buf, size - 1, 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return n;
}

/* No file was written: the limit on that is not what is in the way. */
static ssize_t too_big(const char *name, size_t max, struct error *err)
{
	error_host(err, 0, "%s: more than %zu bytes", name, max);
	if (err)
		err->errnum = EFBIG;
	return -1;
}

ssize_t io_read_at(int dirfd, const char *name, char *buf, size_t size, struct error *err)
{
	cleanup_fd int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);
	size_t used = 0;

	if (fd < 0)
		return error_host(err, errno, "%s: cannot open", name);
	while (used < size) {
		ssize_t n = read(fd, buf + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_host(err, errno, "%s: cannot read", name);
		if (n == 0) {
			buf[used] = '\0';
			return (ssize_t)used;
		}
		used += (size_t)n;
	}
	return too_big(name, size - 1, err);
}

ssize_t io_slurp_at(int dirfd, const char *name, size_t max, char **out, struct error *err)
{
	cleanup_fd int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return error_host(err, errno, "%s: cannot open", name);
	return io_slurp(fd, name, max, out, err);
}

ssize_t io_slurp(int fd, const char *name, size_t max, char **out, struct error *err)
{
	cleanup_free char *buf = NULL;
	size_t size = 0, used = 0;

	for (;;) {
		ssize_t n;

		if (used + 1 >= size) {
			char *grown;

			if (size > max)
				return too_big(name, max, err);
			size = size ? size * 2 : 4096;
			grown = realloc(buf, size);
			if (!grown)
				return error_host(err, ENOMEM, "%s: cannot read", name);
			buf = grown;
		}
		n = read(fd, buf + used, size - used - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_host(err, errno, "%s: cannot read", name);
		if (n == 0)
			break;
		used += (size_t)n;
	}
	if (used > max)
		return too_big(name, max, err);
	buf[used] = '\0';
	*out = steal_ptr(&buf);
	return (ssize_t)used;
}

int io_open_standard(struct error *err)
{
	/* The lowest number that is free is taken: the one that was just looked at. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
			return error_host(err, errno,
					  "descriptor %d is closed, and /dev/null can't be opened "
					  "in its place",
					  fd);
	return 0;
}

int io_write_all(int fd, const void *buf, size_t size)
{
	const char *at = buf;

	while (size) {
		ssize_t n = write(fd, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
			continue;
		}
		if (n < 0)
			return -errno;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}
