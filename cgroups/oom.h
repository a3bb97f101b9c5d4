/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where an OOM kill in a cell came from, by the counters of the cell and of its ancestors. */
#ifndef POOLRIG_CGROUPS_OOM_H
#define POOLRIG_CGROUPS_OOM_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cgroups/counters.h"

enum cg_oom_origin {
	CG_OOM_NONE = 0,
	CG_OOM_OWN_LIMIT,
	CG_OOM_ANCESTOR_LIMIT,
	CG_OOM_HOST,    /* no limit on the way up was reached: the whole host ran out */
	CG_OOM_UNKNOWN, /* there was one; the counters can't tell whose limit it was */
	CG_OOM_UNREAD,  /* the count of kills can't be read: it is not known whether there was one */
};
struct cg_oom_watch {
	const struct cg_cell *cell; /* borrowed */
	int depth;   /* ancestors from the cell's parent up to the root of the hierarchy */
	int fds[16]; /* owned: v2 their memory.events.local, v1 their OOM eventfd; -1: none */
	char names[16][128];
	int64_t before[16];
	int own_fd; /* owned: v1 the cell's OOM eventfd, or -1 */
	int64_t own_before, kills_before;
};
/* Take the baseline, before the command starts; ask afterwards. */
int cg_oom_watch_init(struct cg_oom_watch *w, const struct cg_cell *cell, struct cg_counters *c,
		      struct error *err);
/* `where` gets the name of the ancestor, for CG_OOM_ANCESTOR_LIMIT. */
enum cg_oom_origin cg_oom_origin(struct cg_oom_watch *w, struct cg_counters *c, char *where,
				 size_t size);
void cg_oom_watch_destroy(struct cg_oom_watch *w);

#endif
