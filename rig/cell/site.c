/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/site.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "cgroups/subtree.h"
#include "rig/cell/clean.h"

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

	if (!parent)
		return 0;
	if (cg_tree_init(&tree, parent, err) < 0)
		return -1;
	cg_tree_destroy(&tree);
	return 0;
}

static int open_tree(struct site *s, const char *parent, struct error *err)
{
	if (parent || !scope_is_needed())
		return cg_tree_init(&s->tree, parent, err);
	if (scope_init(&s->scope, s->run_id, err) < 0)
		return -1;
	if (cg_tree_init(&s->tree, s->scope.path, err) < 0 ||
	    scope_vacate(&s->scope, &s->tree, err) < 0) {
		cg_tree_destroy(&s->tree);
		scope_destroy(&s->scope);
		return -1;
	}
	return 0;
}

/* Everything is in the journal before it is made or changed. */
static int make_groups(struct site *s, const char *name, struct error *err)
{
	cleanup_fd int lock = journal_lock_settings(JOURNAL_DIR, err);

	if (lock < 0 || journal_cgroup(&s->journal, s->tree.parent, name, err) < 0)
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
		ret = clean_subtree(&s->tree, s->enabled, err);
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
	if (site_need_root(err) < 0 || person_init(&s->person, err) < 0 ||
	    netns_loopback_request(&s->loopback, err) < 0)
		return -1;
	if (clean_leftovers(err) < 0)
		return error_wrap(err, "cleaning up after a killed run");
	if (open_tree(s, parent, err) < 0)
		return -1;
	snprintf(name, sizeof(name), "poolrig-%s", run_id);
	if (journal_init(&s->journal, JOURNAL_DIR, run_id, err) < 0)
		goto no_journal;
	if (make_groups(s, name, err) < 0)
		goto no_run;
	return 0;
no_run:
	undo_groups(s, name, NULL);
no_journal:
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
	if (ret == 0 && clean_leftovers(err) < 0)
		ret = -1;
	return ret;
}
