/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/erase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "cgroups/empty.h"
#include "cgroups/ops.h"
#include "cgroups/walk.h"

static bool busy(int rc)
{
	return rc == -EBUSY || rc == -ENOTEMPTY;
}

/* A file system that is read-only says so before it looks (rmdir(2), EROFS): what is not there is
 * removed all the same. */
static bool is_there(int parentfd, const char *name)
{
	return faccessat(parentfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

/* A group that is still busy is left for the next round. */
static int remove_child(void *context, int dirfd, int parentfd, const char *name)
{
	const struct cg_group *g = context;
	int rc = g->tree->ops->remove(g->tree->ops, parentfd, name);

	(void)dirfd;
	return busy(rc) || rc == -ENOENT ? 0 : rc;
}

/* Try each hierarchy. Returns how many are left, or -1; fds[i] of those left is opened. */
static int try_all(const struct cg_tree *tree, const int *parents, const char *name,
		   const char *label, int *fds, struct error *err)
{
	int left = 0;

	for (int i = 0; i < tree->count; i++) {
		int rc;

		own_close(&fds[i]);
		if (parents[i] < 0)
			continue;
		rc = tree->ops->remove(tree->ops, parents[i], name);
		if (rc == 0 || (!busy(rc) && !is_there(parents[i], name)))
			continue;
		if (!busy(rc))
			return error_host(err, -rc, "%s (%s): cannot remove the group", label,
					  tree->hierarchies[i].mount);
		fds[i] = openat(parents[i], name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fds[i] < 0 && errno != ENOENT)
			return error_host(err, errno, "%s (%s): cannot open the group", label,
					  tree->hierarchies[i].mount);
		left++;
	}
	return left;
}

static int remove_children(struct cg_group *g, struct error *err)
{
	for (int i = 0; i < g->tree->count; i++) {
		int rc = g->fds[i] < 0 ? 0 : cg_walk(g->fds[i], remove_child, g);

		if (rc < 0)
			return error_host(err, -rc, "%s (%s): cannot remove a group below it",
					  g->label, g->tree->hierarchies[i].mount);
	}
	return 0;
}

static int still_there(const struct cg_group *g, struct error *err)
{
	const char *mount = "?";

	for (int i = 0; i < g->tree->count; i++)
		if (g->fds[i] >= 0)
			mount = g->tree->hierarchies[i].mount;
	return error_host(err, EBUSY,
			  "%s (%s): the group cannot be removed though no process is in it; "
			  "try again, a process may still be on its way out",
			  g->label, mount);
}

static int erase(struct cg_group *g, int *fds, const int *parents, const char *name,
		 int64_t deadline, struct error *err)
{
	for (int round = 0;; round++) {
		int left = try_all(g->tree, parents, name, g->label, fds, err);

		if (left <= 0)
			return left;
		if (round && clock_now() >= deadline)
			return still_there(g, err);
		if (cg_group_empty(g, deadline, err) < 0 || remove_children(g, err) < 0)
			return -1;
		/* The kernel takes a moment between a process leaving the list and letting go of
		 * the group, most of all on v1; nothing tells when. */
		if (round)
			cg_wait_change(-1, cg_next_wait(round, deadline));
	}
}

int cg_group_erase(const struct cg_tree *tree, const int *parents, const char *name,
		   const char *label, int64_t deadline, struct error *err)
{
	int fds[CG_HIERARCHIES_MAX];
	struct cg_group group = {.tree = tree, .fds = fds, .label = label};
	int rc;

	for (int i = 0; i < CG_HIERARCHIES_MAX; i++)
		fds[i] = -1;
	/* What is idle goes at once: removing an empty group is the common case, and timed. */
	rc = erase(&group, fds, parents, name, deadline, err);
	for (int i = 0; i < CG_HIERARCHIES_MAX; i++)
		own_close(&fds[i]);
	return rc;
}
