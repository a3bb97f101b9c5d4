/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ending every process in a group, in all hierarchies. */
#ifndef POOLRIG_CGROUPS_EMPTY_H
#define POOLRIG_CGROUPS_EMPTY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cgroups/tree.h"

/* One group in all hierarchies. fds[i] is its directory in tree->hierarchies[i], or -1. */
struct cg_group {
	const struct cg_tree *tree;
	const int *fds;
	const char *label; /* how errors call it: "poolrig-RUN/cell" */
};

/* Is a process in it, or below it, in any hierarchy? 1, 0, or -1. */
int cg_group_populated(const struct cg_group *group, struct error *err);

/* End all of them until `deadline` (CLOCK_MONOTONIC, ns). The error names a survivor. */
int cg_group_empty(const struct cg_group *group, int64_t deadline, struct error *err);

/* Wait until cgroup.events (eventsfd; -1: none) changes, at most ns. */
void cg_wait_change(int eventsfd, int64_t ns);

/* How long to wait before looking again: at first much less than a process takes to die, then
 * doubled, and no longer than 20 ms or the deadline. */
int64_t cg_next_wait(int round, int64_t deadline);

#endif
