/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/workdir.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/own.h"

int workdir_init(struct workdir *s)
{
	const char *tmp = getenv("TMPDIR");

	*s = (struct workdir){.next = 0};
	snprintf(s->dir, sizeof(s->dir), "%.200s/poolrig-unit-XXXXXX",
		 tmp && tmp[0] ? tmp : "/tmp");
	return mkdtemp(s->dir) ? 0 : -1;
}

void workdir_destroy(struct workdir *s)
{
	cleanup_dir DIR *dir = opendir(s->dir);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	rmdir(s->dir);
}

const char *workdir_path(struct workdir *s, const char *name)
{
	char *path = s->path[s->next++ % 8];

	size_t len = strlen(s->dir);

	memcpy(path, s->dir, len);
	path[len] = '/';
	snprintf(path + len + 1, sizeof(s->path[0]) - len - 1, "%s", name);
	return path;
}

int workdir_write(struct workdir *s, const char *name, const void *data, unsigned long size)
{
	cleanup_fd int fd =
	    open(workdir_path(s, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	return fd < 0 || io_write_all(fd, data, size) < 0 ? -1 : 0;
}
