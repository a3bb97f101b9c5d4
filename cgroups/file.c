/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/own.h"

int cg_read_text(int dirfd, const char *file, char *buf, size_t size)
{
	cleanup_fd int fd = openat(dirfd, file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -errno : io_pread(fd, buf, size);

	return n < 0 ? (int)n : 0;
}

int cg_read_number(int dirfd, const char *file, struct cg_value *v)
{
	char text[64];
	char *end;
	int rc = cg_read_text(dirfd, file, text, sizeof(text));

	*v = (struct cg_value){.max = false};
	if (rc < 0)
		return rc;
	text[strcspn(text, "\n")] = '\0';
	v->max = strcmp(text, "max") == 0 || text[0] == '-';
	if (v->max)
		return 0;
	errno = 0;
	v->number = strtoull(text, &end, 10);
	return errno || end == text || *end ? -EBADMSG : 0;
}
