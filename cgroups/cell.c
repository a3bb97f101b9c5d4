/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/cell.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/own.h"
#include "cgroups/cpuset_v1.h"
#include "cgroups/empty.h"
#include "cgroups/erase.h"
#include "cgroups/ops.h"

/* How long what an earlier rig left under the same name may take to go. */
#define TAKEOVER_NS (5 * NS_PER_S)

#define LABEL_MAX (2 * CG_NAME_MAX + 2)

static const char *label(const struct cg_cell *cell, char buf[LABEL_MAX])
{
	snprintf(buf, LABEL_MAX, "%s/%s", cell->run->name, cell->name);
	return buf;
}

static struct cg_group group_of(const struct cg_cell *cell, char buf[LABEL_MAX])
{
	return (struct cg_group){
	    .tree = cell->run->tree,
	    .fds = cell->fds,
	    .label = label(cell, buf),
	};
}

static int clear_old(struct cg_cell *cell, struct error *err)
{
	char buf[LABEL_MAX];

	if (cg_group_erase(cell->run->tree, cell->run->fds, cell->name, label(cell, buf),
			   clock_now() + TAKEOVER_NS, err) < 0)
		return error_wrap(err, "what an earlier run left");
	return 0;
}

static int failed(const struct cg_cell *cell, int i, int errnum, const char *what,
		  struct error *err)
{
	char buf[LABEL_MAX];

	return error_host(err, errnum, "%s (%s): %s", label(cell, buf),
			  cell->run->tree->hierarchies[i].mount, what);
}

static int make_one(struct cg_cell *cell, int i, struct error *err)
{
	const struct cg_tree *tree = cell->run->tree;
	int parentfd = cell->run->fds[i];
	int rc = tree->ops->make(tree->ops, parentfd, cell->name);

	if (rc == -EEXIST) {
		/* In all hierarchies: a process can be in the old group of any of them. Those made
		 * a moment ago are gone then, too, so the caller begins again. */
		return clear_old(cell, err) < 0 ? -1 : 1;
	}
	if (rc < 0)
		return failed(cell, i, -rc, "cannot make the group", err);
	cell->fds[i] = openat(parentfd, cell->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cell->fds[i] < 0)
		return failed(cell, i, errno, "cannot open the group", err);
	return 0;
}

static void close_all(struct cg_cell *cell)
{
	for (int i = 0; i < CG_HIERARCHIES_MAX; i++)
		own_close(&cell->fds[i]);
}

/* Returns 0, -1, or 1: there was an old one, begin again. */
static int make_all(struct cg_cell *cell, struct error *err)
{
	for (int i = 0; i < cell->run->tree->count; i++) {
		int rc = cell->run->fds[i] < 0 ? 0 : make_one(cell, i, err);

		if (rc)
			return rc;
	}
	return 0;
}

static int inherit_cpuset(struct cg_cell *cell, struct error *err)
{
	const struct cg_tree *tree = cell->run->tree;
	int at = tree->of_controller[CG_CPUSET];

	if (at < 0 || tree->hierarchies[at].v2 || cell->run->clones_cpuset || cell->fds[at] < 0)
		return 0;
	if (cg_cpuset_inherit(tree->ops, cell->run->fds[at], cell->fds[at], err) < 0)
		return error_wrap(err, "%s", cell->name);
	return 0;
}

/* Take away what was made before the error; the error itself is what the caller wants to see, so
 * one that comes on top of it is put behind it. */
static void undo(struct cg_cell *cell, struct error *err)
{
	struct error more = ERROR_INIT;
	char buf[LABEL_MAX];

	close_all(cell);
	cg_settings_destroy(cell->settings, CG_KNOBS);
	if (cg_group_erase(cell->run->tree, cell->run->fds, cell->name, label(cell, buf),
			   clock_now() + TAKEOVER_NS, &more) < 0 &&
	    err) {
		size_t used = strlen(err->text);

		snprintf(err->text + used, sizeof(err->text) - used, " (and then: %s)", more.text);
	}
}

int cg_cell_init(struct cg_cell *cell, struct cg_run *run, const char *name, struct error *err)
{
	int rc = 1;

	*cell = (struct cg_cell){.run = run};
	for (int i = 0; i < CG_HIERARCHIES_MAX; i++)
		cell->fds[i] = -1;
	if (cg_name_set(cell->name, name, err) < 0)
		return -1;
	if (cg_setting_copy(&cell->settings[CG_KNOB_PARTITION], &run->partition, err) < 0)
		return -1;
	for (int attempt = 0; rc == 1 && attempt < 2; attempt++) {
		close_all(cell);
		rc = make_all(cell, err);
	}
	if (rc == 1)
		rc = error_host(err, EEXIST,
				"%s/%s: comes back as soon as it is removed; another "
				"rig uses the same name",
				run->name, name);
	if (rc == 0)
		rc = inherit_cpuset(cell, err);
	if (rc < 0)
		undo(cell, err);
	return rc;
}

void cg_cell_destroy(struct cg_cell *cell)
{
	if (cell->run)
		close_all(cell);
	cg_settings_destroy(cell->settings, CG_KNOBS);
	cell->run = NULL;
}

int cg_cell_v2_fd(const struct cg_cell *cell)
{
	const struct cg_tree *tree = cell->run->tree;

	return cg_tree_has_v2(tree) ? cell->fds[0] : -1;
}

int cg_cell_join_fds(const struct cg_cell *cell, int fds[CG_HIERARCHIES_MAX], struct error *err)
{
	const struct cg_tree *tree = cell->run->tree;
	int count = 0;

	for (int i = 0; i < tree->count; i++) {
		if (tree->hierarchies[i].v2 || cell->fds[i] < 0)
			continue;
		fds[count] = openat(cell->fds[i], "cgroup.procs", O_WRONLY | O_CLOEXEC);
		if (fds[count] < 0) {
			int errnum = errno;

			while (count)
				own_close(&fds[--count]);
			return failed(cell, i, errnum, "cannot open cgroup.procs", err);
		}
		count++;
	}
	return count;
}

int cg_cell_kill(struct cg_cell *cell, int64_t timeout_ns, struct error *err)
{
	char buf[LABEL_MAX];
	struct cg_group group = group_of(cell, buf);

	return cg_group_empty(&group, clock_now() + timeout_ns, err);
}

int cg_cell_remove(struct cg_cell *cell, int64_t timeout_ns, struct error *err)
{
	char buf[LABEL_MAX];

	return cg_group_erase(cell->run->tree, cell->run->fds, cell->name, label(cell, buf),
			      clock_now() + timeout_ns, err);
}
