/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "base/own.h"

static bool is_group(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
	       strcmp(entry->d_name, "..") != 0;
}

static int enter(int parentfd, const char *name, cg_visit visit, void *context)
{
	cleanup_fd int fd = openat(parentfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	rc = cg_walk(fd, visit, context);
	return rc ? rc : visit(context, fd, parentfd, name);
}

int cg_walk(int dirfd, cg_visit visit, void *context)
{
	/* A fresh description: the position in the caller's directory is left alone. */
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int rc = 0;

	if (!dir) {
		rc = -errno;
		if (fd >= 0)
			close(fd);
		return rc == -ENOENT ? 0 : rc;
	}
	while (rc == 0 && (entry = readdir(dir)))
		if (is_group(entry))
			rc = enter(dirfd, entry->d_name, visit, context);
	return rc;
}
