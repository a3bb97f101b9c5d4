/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The run's own group, the parent of its cells, one in each hierarchy in use.
 *
 * Not thread-safe; one thread (the supervisor) owns these objects.
 */
#ifndef POOLRIG_CGROUPS_RUN_H
#define POOLRIG_CGROUPS_RUN_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cgroups/knob.h"
#include "cgroups/tree.h"

#define CG_NAME_MAX 96

/* The run's parent group, "poolrig-RUNID" below tree->parent in every hierarchy in use. */
struct cg_run {
	const struct cg_tree *tree; /* borrowed */
	char name[CG_NAME_MAX];
	int fds[CG_HIERARCHIES_MAX]; /* directories, owned, -1 where not there */
	bool clones_cpuset;          /* v1: a new cell gets cpus and mems from here by itself */
	struct cg_setting partition; /* see cg_run_partition() */
};

/* Make it (by libcgroup, not timed) and enable the controllers below it (v2: cgroup.subtree_control
 * of the parent and of itself; v1 cpuset: cpus and mems are copied down). One that is there already
 * is taken over. What could not be enabled is appended to `notes` (size bytes), never silent. What
 * it enables in the parent stays enabled: see cgroups/subtree.h. */
int cg_run_init(struct cg_run *run, const struct cg_tree *tree, const char *name, char *notes,
		size_t notes_size, struct error *err);
/* v2: make CPUs a cpuset partition ("root" or "isolated") for the cells to come: no other group of
 * the host runs there any more, until the run's group is removed. What the kernel made of it is in
 * run->partition, and becomes the setting CG_KNOB_PARTITION of each cell. Returns 0 also where it
 * can't be had (.held is REFUSED or ABSENT, .reason is the kernel's), and the group is then as it
 * was. -1: `cpus` is empty or `kind` is not one (ERROR_INPUT), or memory is out. */
int cg_run_partition(struct cg_run *run, const cpu_set_t *cpus, const char *kind,
		     struct error *err);
/* Close the descriptors; the groups stay. Takes a zeroed struct. */
void cg_run_destroy(struct cg_run *run);

/* Remove the group of that name below the tree's parent, in every hierarchy, with all that is in it
 * and below it, within timeout_ns. A half-made one is as removable as a whole one; 0 also where
 * there is none. Errors name the survivor: group, pid, command. */
int cg_remove_named(const struct cg_tree *tree, const char *name, int64_t timeout_ns,
		    struct error *err);

/* One path component of at most CG_NAME_MAX - 1 characters, copied to `to`; else ERROR_INPUT. */
int cg_name_set(char to[CG_NAME_MAX], const char *name, struct error *err);

#endif
