/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/ops.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"
#include "cgroups/lib.h"

static int kernel_make(const struct cg_ops *ops, int dirfd, const char *name)
{
	(void)ops;
	return mkdirat(dirfd, name, 0755) < 0 ? -errno : 0;
}

static int kernel_remove(const struct cg_ops *ops, int dirfd, const char *name)
{
	(void)ops;
	return unlinkat(dirfd, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

static int kernel_write(const struct cg_ops *ops, int dirfd, const char *file, const char *text)
{
	cleanup_fd int fd = openat(dirfd, file, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	(void)ops;
	if (fd < 0)
		return -errno;
	do {
		n = write(fd, text, strlen(text));
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

static int kernel_kill(const struct cg_ops *ops, pid_t pid)
{
	(void)ops;
	return kill(pid, SIGKILL) < 0 ? -errno : 0;
}

const struct cg_ops cg_kernel_ops = {
    .make_run = cg_lib_make_run,
    .make = kernel_make,
    .remove = kernel_remove,
    .write = kernel_write,
    .kill = kernel_kill,
};
