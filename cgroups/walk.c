/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

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
	cleanup_dir DIR *dir = NULL;
	struct dirent *entry;
	struct stat st;
	int fd, rc = 0;

	/* Two links are those of "." and "..": nothing is below, and the usual case costs one call.
	 * A file system that does not count its directories has 1. */
	if (fstat(dirfd, &st) == 0 && st.st_nlink == 2)
		return 0;
	/* A fresh description: the position in the caller's directory is left alone. */
	fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
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
