/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/cpuset_v1.h"

#include <string.h>

#include "base/io.h"
#include "base/own.h"

static int inherit(const struct cg_ops *ops, int parentfd, int dirfd, const char *file,
		   struct error *err)
{
	char list[4096];
	int rc;

	if (io_read_at(dirfd, file, list, sizeof(list), err) < 0)
		return -1;
	if (list[strspn(list, " \n")])
		return 0;
	if (io_read_at(parentfd, file, list, sizeof(list), err) < 0)
		return -1;
	list[strcspn(list, "\n")] = '\0';
	rc = ops->write(ops, dirfd, file, list);
	if (rc < 0)
		return error_host(err, -rc, "%s: cannot write the parent's \"%.80s\"", file, list);
	return 0;
}

int cg_cpuset_inherit(const struct cg_ops *ops, int parentfd, int dirfd, struct error *err)
{
	static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (inherit(ops, parentfd, dirfd, files[i], err) < 0)
			return -1;
	return 0;
}
