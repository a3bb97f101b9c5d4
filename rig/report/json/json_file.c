/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"
#include "rig/report/json/json.h"

int json_file_check(const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX] = ".";
	struct stat st;

	if (slash)
		snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path) + 1, path);
	if (access(dir, W_OK | X_OK) < 0)
		return error_input(err, "--json %s: cannot make a file there: %s", path,
				   strerror(errno));
	if (!*path || (slash && !slash[1]) || (stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
		return error_input(err, "--json \"%s\": not the name of a file", path);
	return 0;
}

/* Created afresh: a file, or a link, that stands there already is never written through by root. */
static FILE *create(const char *part, int *fd)
{
	FILE *to;

	*fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	to = *fd < 0 ? NULL : fdopen(*fd, "w");
	if (*fd >= 0 && !to) {
		close(*fd);
		unlink(part);
	}
	return to;
}

int json_file_write(json_t *value, const char *path, uid_t uid, gid_t gid, struct error *err)
{
	char part[PATH_MAX];
	cleanup_file FILE *to = NULL;
	int fd;

	if (snprintf(part, sizeof(part), "%s.part-%d", path, getpid()) >= (int)sizeof(part)) {
		json_decref(value);
		return error_input(err, "--json \"%.80s...\": the path is too long", path);
	}
	to = create(part, &fd);
	if (!to) {
		error_host(err, errno, "--json %s: cannot write", path);
		json_decref(value);
		return -1;
	}
	if (json_print_value(value, JSON_INDENT(2), to, err) < 0 || fflush(to) != 0 ||
	    fchown(fd, uid, gid) < 0 || rename(part, path) < 0) {
		error_host(err, errno, "--json %s: cannot write", path);
		unlink(part);
		return -1;
	}
	return 0;
}
