/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run holds on the host as long as it lives: its journal, the cgroup tree, its parent
 * groups; and what it must know of the host: topology, the person it works for. Its cells are made
 * below it. */
#ifndef POOLRIG_RIG_CELL_SITE_H
#define POOLRIG_RIG_CELL_SITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cgroups/cell.h"
#include "cgroups/tree.h"
#include "netns/netns.h"
#include "rig/cell/journal.h"
#include "rig/cell/person.h"
#include "rig/cell/scope.h"
#include "rig/cell/topology.h"

struct site {
	char run_id[40];
	struct person person;
	struct topology topology;
	struct scope scope; /* where systemd manages the tree */
	struct cg_tree tree;
	struct netns_request loopback; /* for private network namespaces */
	struct cg_run run;             /* "poolrig-RUNID" */
	uint32_t enabled; /* controllers that this run enabled below the tree's parent */
	struct journal journal;
	char notes[1024]; /* what the host did not give, a sentence each */
};

/* A run's id: time and chance, "20261124-063000-1a2b3c"; sorts by time. */
void site_make_id(char *id, size_t size);

/* Is the group that somebody named for the rig's groups there (--cgroup-parent), and can processes
 * run below it? NULL: none was named. Makes nothing. ERROR_INPUT where not. */
int site_need_parent(const char *parent, struct error *err);

/* Root is needed for cells. ERROR_HOST with the way out where the caller is not root. */
int site_need_root(struct error *err);

/* Undo what killed runs left: the groups that their journals name, with every process in them, and
 * the host settings that they changed. Returns how many dead runs were cleaned up after (0: there
 * was nothing), or -1 with the first thing that could not be undone. Needs root. Live runs are not
 * touched. */
int site_clean(struct error *err);

/* The topology, which the caller has looked at already to check what was asked for, is copied: to
 * look again takes milliseconds. Clean up after dead runs, write the journal, make the parent
 * groups below `parent` (NULL: the root of each hierarchy; where systemd manages the v2 tree, a
 * scope of it). */
int site_init(struct site *s, const char *run_id, const struct topology *topology,
	      const char *parent, struct error *err);
/* Remove all of it. With an error, the journal stays, and `poolrig clean` tries again. */
int site_finish(struct site *s, struct error *err);

#endif
