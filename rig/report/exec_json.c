/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/exec_json.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"
#include "rig/report/json.h"

static int write_json(const struct trial_record *r, FILE *to)
{
	json_t *object = report_json_trial(r, r);
	int ret = object ? json_dumpf(object, to, JSON_INDENT(2)) : -1;

	json_decref(object);
	if (ret == 0)
		ret = fputc('\n', to) == '\n' && fflush(to) == 0 ? 0 : -1;
	return ret;
}

int exec_json_check(const char *path, struct error *err)
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

int exec_json_write(const struct trial_record *r, const char *path, uid_t uid, gid_t gid,
		    struct error *err)
{
	char part[PATH_MAX];
	cleanup_file FILE *to = NULL;
	int fd;

	/* Created afresh: a file, or a link, that stands there already is never written through by
	 * root. */
	if (snprintf(part, sizeof(part), "%s.part-%d", path, getpid()) >= (int)sizeof(part))
		return error_input(err, "--json \"%.80s...\": the path is too long", path);
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return error_host(err, errno, "--json %s: cannot write", path);
	to = fdopen(fd, "w");
	if (!to) {
		close(fd);
		unlink(part);
		return error_host(err, ENOMEM, "--json %s", path);
	}
	if (write_json(r, to) < 0 || fchown(fd, uid, gid) < 0 || rename(part, path) < 0) {
		error_host(err, errno, "--json %s: cannot write", path);
		unlink(part);
		return -1;
	}
	return 0;
}
