/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/own.h"
#include "cgroups/cpuset_v1.h"
#include "cgroups/erase.h"
#include "cgroups/ops.h"
#include "cgroups/subtree.h"

int cg_name_set(char to[CG_NAME_MAX], const char *name, struct error *err)
{
	if (!*name || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return error_input(err, "group \"%s\": not a name; it is one path component", name);
	if (strlen(name) >= CG_NAME_MAX)
		return error_input(err, "group \"%.20s...\": a name has at most %d characters",
				   name, CG_NAME_MAX - 1);
	snprintf(to, CG_NAME_MAX, "%s", name);
	return 0;
}

static int open_all(struct cg_run *run, struct error *err)
{
	const struct cg_tree *tree = run->tree;

	for (int i = 0; i < tree->count; i++) {
		run->fds[i] = openat(tree->hierarchies[i].rootfd, run->name,
				     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (run->fds[i] < 0)
			return error_host(err, errno, "%s: cannot open the group %s",
					  tree->hierarchies[i].mount, run->name);
	}
	return 0;
}

/* With cgroup.clone_children a new cell is born with the run's cpus and mems (kernel:
 * Documentation/admin-guide/cgroup-v1/cgroups.rst), which saves four calls a cell. */
static int prepare_cpuset(struct cg_run *run, struct error *err)
{
	const struct cg_tree *tree = run->tree;
	int at = tree->of_controller[CG_CPUSET];
	char flag[8] = "";

	if (at < 0 || tree->hierarchies[at].v2)
		return 0;
	if (cg_cpuset_inherit(tree->ops, tree->hierarchies[at].rootfd, run->fds[at], err) < 0)
		return error_wrap(err, "%s: group %s", tree->hierarchies[at].mount, run->name);
	run->clones_cpuset =
	    tree->ops->write(tree->ops, run->fds[at], "cgroup.clone_children", "1") == 0 &&
	    io_read_at(run->fds[at], "cgroup.clone_children", flag, sizeof(flag), NULL) > 0 &&
	    flag[0] == '1';
	return 0;
}

static void close_all(struct cg_run *run)
{
	for (int i = 0; i < CG_HIERARCHIES_MAX; i++)
		own_close(&run->fds[i]);
}

int cg_run_init(struct cg_run *run, const struct cg_tree *tree, const char *name, char *notes,
		size_t notes_size, struct error *err)
{
	*run = (struct cg_run){.tree = tree};
	for (int i = 0; i < CG_HIERARCHIES_MAX; i++)
		run->fds[i] = -1;
	if (cg_name_set(run->name, name, err) < 0)
		return -1;
	if (cg_tree_has_v2(tree))
		cg_subtree_enable(tree, tree->hierarchies[0].rootfd, tree->parent, notes,
				  notes_size);
	if (tree->ops->make_run(tree->ops, tree, name, err) < 0 || open_all(run, err) < 0) {
		close_all(run);
		return -1;
	}
	if (cg_tree_has_v2(tree))
		cg_subtree_enable(tree, run->fds[0], name, notes, notes_size);
	if (prepare_cpuset(run, err) < 0) {
		close_all(run);
		return -1;
	}
	return 0;
}

void cg_run_destroy(struct cg_run *run)
{
	if (run->tree)
		close_all(run);
	cg_settings_destroy(&run->partition, 1);
	run->tree = NULL;
}

int cg_remove_named(const struct cg_tree *tree, const char *name, int64_t timeout_ns,
		    struct error *err)
{
	int64_t deadline = clock_now() + timeout_ns;
	int parents[CG_HIERARCHIES_MAX];
	char checked[CG_NAME_MAX];

	if (cg_name_set(checked, name, err) < 0)
		return -1;
	for (int i = 0; i < CG_HIERARCHIES_MAX; i++)
		parents[i] = i < tree->count ? tree->hierarchies[i].rootfd : -1;
	return cg_group_erase(tree, parents, checked, checked, deadline, err);
}
