/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/oom_v1.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/own.h"
#include "cgroups/file.h"

int cg_v1_oom_eventfd(const struct cg_ops *ops, int dirfd, const char **file)
{
	cleanup_fd int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	cleanup_fd int control = -1;
	char text[32];
	int rc;

	*file = "memory.oom_control";
	if (fd < 0)
		return -errno;
	control = openat(dirfd, *file, O_RDONLY | O_CLOEXEC);
	if (control < 0)
		return -errno;
	*file = "cgroup.event_control";
	snprintf(text, sizeof(text), "%d %d", fd, control);
	rc = ops->write(ops, dirfd, *file, text);
	return rc < 0 ? rc : steal_fd(&fd);
}

int cg_v1_oom_take(int fd)
{
	uint64_t count = 0;

	if (read(fd, &count, sizeof(count)) < 0)
		return errno == EAGAIN ? 0 : -errno;
	return count > INT32_MAX ? INT32_MAX : (int)count;
}

int cg_v1_limited(int dirfd)
{
	static const char *const files[] = {"memory.limit_in_bytes", "memory.memsw.limit_in_bytes"};
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct cg_value v;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		int rc = cg_read_number(dirfd, files[i], &v);

		if (rc < 0 && (i == 0 || rc != -ENOENT)) /* memsw: swap may not be accounted */
			return rc;
		if (rc == 0 && !v.max && !cg_v1_unlimited(v.number, page))
			return 1;
	}
	return 0;
}
