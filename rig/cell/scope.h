/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where systemd manages the v2 tree, every group of it is systemd's, so the rig asks for a group of
 * its own: a transient scope with Delegate=yes (systemd.resource-control(5); systemd's
 * docs/CGROUP_DELEGATION.md). A scope needs a process from its beginning and lives as long as there
 * is one in it. That is the keeper, which does nothing and ends when the supervisor closes its pipe
 * or dies. Then systemd removes the scope; hence it needs no line in the journal.
 *
 * The supervisor itself stays where it is.
 */
#ifndef POOLRIG_RIG_CELL_SCOPE_H
#define POOLRIG_RIG_CELL_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "cgroups/tree.h"

struct scope {
	char path[CG_PATH_MAX]; /* its group, from the hierarchy's root */
	int pipe;               /* owned: closing it ends the keeper */
	pid_t keeper;           /* 0: none */
};

#define SCOPE_INIT ((struct scope){.pipe = -1})

/* Does systemd run this host, and the v2 tree with the controllers in it? In hybrid mode it does
 * not: there the groups stand in v1 hierarchies, where it tolerates others beside it. */
bool scope_is_needed(void);

/* Ask for "poolrig-RUNID.scope" and wait until it is there, for at most 10 s. Errors: no bus, no
 * permission, systemd's own words; each with the way out. */
int scope_init(struct scope *s, const char *run_id, struct error *err);

/* Move the keeper to a group of its own below the scope. `tree` has the scope as its parent. Groups
 * with processes in them can't hand controllers down (cgroup v2's "no internal process" rule), so
 * this comes before any are enabled there. */
int scope_vacate(const struct scope *s, const struct cg_tree *tree, struct error *err);

/* End the keeper, and so the scope. Takes what SCOPE_INIT has made, too. */
void scope_destroy(struct scope *s);

/* The v2 path in the text of /proc/PID/cgroup, where it is that of the unit. -1: it is not there
 * (yet). */
int scope_path(const char *text, const char *unit, char *path, size_t size);

#endif
