/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/site.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "cgroups/cell.h"
#include "cgroups/cpuset_v1.h"
#include "cgroups/hierarchy.h"
#include "cgroups/subtree.h"

/* For the processes of a run to end. Those of a dead one have had SIGKILL when its supervisor died.
 */
#define REMOVE_LIMIT_NS (10 * NS_PER_S)

void site_make_id(char *id, size_t size)
{
	time_t now = time(NULL);
	uint32_t chance = 0;
	struct tm tm;
	size_t used;

	/* Two runs that begin in one second are told apart by chance; without it, by their pid. */
	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) != sizeof(chance))
		chance = (uint32_t)getpid();
	gmtime_r(&now, &tm);
	used = strftime(id, size, "%Y%m%d-%H%M%S", &tm);
	snprintf(id + used, size - used, "-%06x", chance & 0xffffff);
}

int site_need_root(struct error *err)
{
	if (geteuid() == 0)
		return 0;
	return error_host(err, 0,
			  "cells need root (cgroups, namespaces, pinning): call it by sudo");
}

int site_need_parent(const char *parent, struct error *err)
{
	struct cg_tree tree;
	int ret;

	if (!parent)
		return 0;
	if (cg_tree_init(&tree, parent, err) < 0)
		return -1;
	ret = cg_cpuset_check(&tree, err);
	cg_tree_destroy(&tree);
	return ret;
}

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

/* Disable controllers that a run has enabled below the tree's parent. Returns 0; 1: another run
 * uses them, and must disable them later; -1. Where somebody else has come to use them meanwhile,
 * they stay enabled (0): they are no longer ours to disable. */
static int disable_subtree(const struct cg_tree *tree, uint32_t controllers, struct error *err)
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

/* What can't be seen from here is not known to be gone. */
static int look_at_hierarchy(const struct journal_line *line, struct error *err)
{
	struct cg_tree tree;
	bool seen;

	if (cg_tree_init(&tree, NULL, err) < 0)
		return -1;
	seen = cg_tree_sees(&tree, line->name);
	cg_tree_destroy(&tree);
	if (seen)
		return 0;
	return error_host(err, 0,
			  "the cgroup hierarchy %s, which that run saw at %s, is not mounted here, "
			  "or only a part of it: mount it, or clean up where it is mounted; once "
			  "nothing of that run is left, remove the file by hand",
			  line->name, line->parent);
}

static int undo_below(const struct journal_line *line, struct error *err)
{
	struct cg_tree tree;
	int ret;

	if (cg_tree_init(&tree, line->parent, err) < 0) {
		err->kind = ERROR_HOST; /* this parent was not just typed */
		return -1;
	}
	ret = line->controllers ? disable_subtree(&tree, line->controllers, err)
				: cg_remove_named(&tree, line->name, REMOVE_LIMIT_NS, err);
	cg_tree_destroy(&tree);
	return ret;
}

static int undo(const struct journal_line *line, void *arg, struct error *err)
{
	int ret;

	(void)arg;
	if (line->is_hierarchy)
		return look_at_hierarchy(line, err);
	ret = undo_below(line, err);
	return ret < 0 && parent_is_gone(line->parent) ? 0 : ret;
}

int site_clean(struct error *err)
{
	return journal_recover(JOURNAL_DIR, undo, NULL, err);
}

static int open_tree(struct site *s, const char *parent, struct error *err)
{
	if (parent || !scope_is_needed())
		return cg_tree_init(&s->tree, parent, err);
	if (scope_init(&s->scope, s->run_id, err) < 0 ||
	    cg_tree_init(&s->tree, s->scope.path, err) < 0)
		return -1;
	return scope_vacate(&s->scope, &s->tree, err);
}

/* Everything is in the journal before it is made or changed. */
static int make_groups(struct site *s, const char *name, struct error *err)
{
	cleanup_fd int lock = journal_lock_settings(JOURNAL_DIR, err);

	if (lock < 0)
		return -1;
	for (int i = 0; i < s->tree.count; i++)
		if (journal_hierarchy(&s->journal, &s->tree.hierarchies[i], err) < 0)
			return -1;
	if (journal_cgroup(&s->journal, s->tree.parent, name, err) < 0)
		return -1;
	s->enabled = cg_subtree_missing(&s->tree);
	if (s->enabled && journal_subtree(&s->journal, s->tree.parent, s->enabled, err) < 0)
		return -1;
	return cg_run_init(&s->run, &s->tree, name, s->notes, sizeof(s->notes), err);
}

/* Remove the groups and what was changed for them. What can't be undone stays in the journal. */
static int undo_groups(struct site *s, const char *name, struct error *err)
{
	int ret = cg_remove_named(&s->tree, name, REMOVE_LIMIT_NS, err);

	if (ret == 0 && s->enabled)
		ret = disable_subtree(&s->tree, s->enabled, err);
	if (ret == 0)
		ret = journal_finish(&s->journal, err);
	journal_destroy(&s->journal);
	return ret < 0 ? -1 : 0;
}

int site_init(struct site *s, const char *run_id, const struct topology *topology,
	      const char *parent, struct error *err)
{
	char name[CG_NAME_MAX];

	*s = (struct site){.topology = *topology, .journal = JOURNAL_INIT, .scope = SCOPE_INIT};
	snprintf(s->run_id, sizeof(s->run_id), "%s", run_id);
	if (site_need_root(err) < 0 || site_need_parent(parent, err) < 0 ||
	    person_init(&s->person, err) < 0 || netns_loopback_request(&s->loopback, err) < 0)
		return -1;
	if (site_clean(err) < 0)
		return error_wrap(err, "cleaning up after a killed run");
	snprintf(name, sizeof(name), "poolrig-%s", run_id);
	if (open_tree(s, parent, err) == 0 &&
	    journal_init(&s->journal, JOURNAL_DIR, run_id, err) == 0) {
		if (make_groups(s, name, err) == 0)
			return 0;
		undo_groups(s, name, NULL);
	}
	cg_tree_destroy(&s->tree);
	scope_destroy(&s->scope);
	return -1;
}

int site_finish(struct site *s, struct error *err)
{
	int ret = undo_groups(s, s->run.name, err);

	cg_run_destroy(&s->run);
	cg_tree_destroy(&s->tree);
	scope_destroy(&s->scope);
	/* What a run that ended before could not undo, because this one needed it. */
	if (ret == 0 && site_clean(err) < 0)
		ret = -1;
	return ret;
}
