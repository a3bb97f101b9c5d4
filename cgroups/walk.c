/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/own.h"

/* Names, one behind the other, each with its NUL; an empty one ends the list. */
struct names {
	char *text; /* owned */
	size_t used, size;
};

static void own_names(struct names *n)
{
	free(n->text);
}

static int append(struct names *n, const char *name)
{
	size_t len = strlen(name) + 1;

	if (n->used + len + 1 > n->size) {
		size_t size = (n->size + len) * 2;
		char *grown = realloc(n->text, size);

		if (!grown)
			return -ENOMEM;
		n->text = grown;
		n->size = size;
	}
	memcpy(n->text + n->used, name, len);
	n->used += len;
	n->text[n->used] = '\0';
	return 0;
}

static bool is_group(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
	       strcmp(entry->d_name, "..") != 0;
}

static int list(int dirfd, struct names *names)
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
		own_close(&fd);
		return rc == -ENOENT ? 0 : rc;
	}
	while (rc == 0 && (entry = readdir(dir)))
		if (is_group(entry))
			rc = append(names, entry->d_name);
	return rc;
}

static int walk(int *fd, cg_visit visit, void *context);

/* Down into one child and up again by "..": the parent is closed meanwhile. */
static int enter(int *fd, const char *name, cg_visit visit, void *context)
{
	cleanup_fd int child = openat(*fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int rc;

	if (child < 0)
		return errno == ENOENT ? 0 : -errno;
	own_close(fd);
	rc = walk(&child, visit, context);
	if (rc)
		return rc;
	*fd = openat(child, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *fd < 0 ? -errno : visit(context, child, *fd, name);
}

static int walk(int *fd, cg_visit visit, void *context)
{
	struct names names __attribute__((cleanup(own_names))) = {0};
	int rc = list(*fd, &names);

	for (const char *name = names.text; rc == 0 && name && *name; name += strlen(name) + 1)
		rc = enter(fd, name, visit, context);
	return rc;
}

int cg_walk(int dirfd, cg_visit visit, void *context)
{
	cleanup_fd int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	return walk(&fd, visit, context);
}
