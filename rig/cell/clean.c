/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/clean.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "cgroups/cell.h"
#include "cgroups/subtree.h"
#include "rig/cell/journal.h"

/* Time for the processes of one dead run to end. They have had SIGKILL when the supervisor died. */
#define CLEAN_LIMIT_NS (10 * NS_PER_S)

/* Is there a group of any run below the tree's parent? */
static bool other_runs(const struct cg_tree *tree)
{
	int fd = openat(tree->hierarchies[0].rootfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (!d)
		own_close(&fd);
	while (d && (entry = readdir(d)))
		if (entry->d_type == DT_DIR && strncmp(entry->d_name, "poolrig-", 8) == 0)
			return true;
	return false;
}

int clean_subtree(const struct cg_tree *tree, uint32_t controllers, struct error *err)
{
	/* Against a run that is just beginning: it must find the controllers either enabled and
	 * kept so by its own group, or disabled. */
	cleanup_fd int lock = journal_lock_settings(JOURNAL_DIR, err);
	int ret = lock < 0 ? -1 : cg_subtree_disable(tree, controllers, err);

	return ret == 1 ? other_runs(tree) : ret;
}

/* The parent may be gone, and all that was in it: a systemd scope ends by itself, even while this
 * looks at it. */
static bool parent_is_gone(const char *parent)
{
	struct cg_tree tree;
	bool gone = true;

	if (cg_tree_init(&tree, NULL, NULL) < 0)
		return false;
	for (int i = 0; i < tree.count; i++)
		if (parent[1] == '\0' ||
		    faccessat(tree.hierarchies[i].rootfd, parent + 1, F_OK, 0) == 0 ||
		    errno != ENOENT)
			gone = false;
	cg_tree_destroy(&tree);
	return gone;
}

static int undo_below(const struct journal_line *line, struct error *err)
{
	struct cg_tree tree;
	int ret;

	if (cg_tree_init(&tree, line->parent, err) < 0) {
		if (err)
			err->kind = ERROR_HOST; /* this parent was not just typed */
		return -1;
	}
	ret = line->controllers ? clean_subtree(&tree, line->controllers, err)
				: cg_remove_named(&tree, line->name, CLEAN_LIMIT_NS, err);
	cg_tree_destroy(&tree);
	return ret;
}

static int undo(const struct journal_line *line, void *arg, struct error *err)
{
	int ret = undo_below(line, err);

	(void)arg;
	return ret < 0 && parent_is_gone(line->parent) ? 0 : ret;
}

int clean_leftovers(struct error *err)
{
	return journal_recover(JOURNAL_DIR, undo, NULL, err);
}
