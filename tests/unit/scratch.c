/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/own.h"
#include "tests/unit/scratch.h"

void scratch_init(struct scratch *s)
{
	*s = (struct scratch){.dir = "/tmp/poolrig-test-XXXXXX"};
	assert_non_null(mkdtemp(s->dir));
}

void scratch_destroy(struct scratch *s)
{
	cleanup_dir DIR *dir = opendir(s->dir);

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
		if (unlinkat(dirfd(dir), entry->d_name, 0) < 0 && entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	assert_int_equal(rmdir(s->dir), 0);
}

int scratch_setup(void **state)
{
	struct scratch *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	scratch_init(s);
	*state = s;
	return 0;
}

int scratch_teardown(void **state)
{
	scratch_destroy(*state);
	free(*state);
	return 0;
}

const char *scratch_path(struct scratch *s, const char *name)
{
	char *path = s->paths[s->next++ % ARRAY_SIZE(s->paths)];

	/* Not by one snprintf(): source and destination are members of one struct. */
	memcpy(path, s->dir, sizeof(s->dir));
	snprintf(path + strlen(path), sizeof(s->paths[0]) - strlen(path), "/%s", name);
	return path;
}

const char *scratch_write(struct scratch *s, const char *name, const void *data, size_t size,
			  mode_t mode)
{
	int fd;

	snprintf(s->path, sizeof(s->path), "%s/%s", s->dir, name);
	fd = open(s->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, data, size), 0);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	return s->path;
}

const char *scratch_text(struct scratch *s, const char *name, const char *text)
{
	return scratch_write(s, name, text, strlen(text), 0644);
}
