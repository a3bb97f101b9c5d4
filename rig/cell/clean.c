/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/clean.h"

#include <string.h>

#include "base/clock.h"
#include "cgroups/cell.h"
#include "cgroups/tree.h"
#include "rig/cell/journal.h"

/* Time for the processes of one dead run to end. They have had SIGKILL when the supervisor died. */
#define CLEAN_LIMIT_NS (10 * NS_PER_S)

static int undo_cgroup(const char *parent, const char *name, void *arg, struct error *err)
{
	struct cg_tree tree;
	int ret;

	(void)arg;
	if (cg_tree_init(&tree, parent, err) < 0)
		return -1;
	ret = cg_remove_named(&tree, name, CLEAN_LIMIT_NS, err);
	cg_tree_destroy(&tree);
	return ret;
}

int clean_leftovers(struct error *err)
{
	return journal_recover(NULL, undo_cgroup, NULL, err);
}
