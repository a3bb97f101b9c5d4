/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/cpuset_v1.h"

#include <string.h>

#include "base/io.h"
#include "base/own.h"
#include "base/text.h"

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

static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};

int cg_cpuset_inherit(const struct cg_ops *ops, int parentfd, int dirfd, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (inherit(ops, parentfd, dirfd, files[i], err) < 0)
			return -1;
	return 0;
}

int cg_cpuset_check(const struct cg_tree *tree, struct error *err)
{
	int at = tree->of_controller[CG_CPUSET];
	const struct cg_hierarchy *h = &tree->hierarchies[at < 0 ? 0 : at];
	char list[4096], shown[200]; /* a long path would leave no room for the reason */

	text_shorten(tree->parent, shown, sizeof(shown));
	for (size_t i = 0; i < ARRAY_SIZE(files) && at >= 0 && !h->v2; i++) {
		if (io_read_at(h->rootfd, files[i], list, sizeof(list), err) < 0)
			return error_wrap(err, "%s%s", h->mount, shown);
		if (!list[strspn(list, " \n")])
			return error_input(
			    err,
			    "the parent group \"%s\": %s%s/%s is empty, so no process "
			    "can run below it; copy what the group above it has, or "
			    "choose another parent",
			    shown, h->mount, shown, files[i]);
	}
	return 0;
}
