/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Groups: the run's own parent group, and the leaf groups of one cell below it, one in each
 * hierarchy in use. Everything after creation goes through descriptors that are held open.
 *
 * Not thread-safe; one thread (the supervisor) owns these objects.
 */
#ifndef POOLRIG_CGROUPS_CELL_H
#define POOLRIG_CGROUPS_CELL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "cgroups/knob.h"
#include "cgroups/tree.h"

#define CG_NAME_MAX 96

/* The run's parent group, "poolrig-RUNID" below tree->parent in every hierarchy in use. */
struct cg_run {
	const struct cg_tree *tree; /* borrowed */
	char name[CG_NAME_MAX];
	int fds[CG_HIERARCHIES_MAX]; /* directories, owned, -1 where not there */
	bool clones_cpuset; /* v1: a new cell gets cpus and mems from here without being told */
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
 * was. -1: `cpus` or `kind` is not one (ERROR_INPUT). */
int cg_run_partition(struct cg_run *run, const char *cpus, const char *kind, struct error *err);
/* Close the descriptors; the groups stay. */
void cg_run_destroy(struct cg_run *run);
/* Empty and remove everything below and including the run's groups, within timeout_ns. A half-made
 * one is as removable as a whole one. Errors name the survivor: group, pid, command. */
int cg_run_remove(struct cg_run *run, int64_t timeout_ns, struct error *err);

struct cg_cell {
	struct cg_run *run; /* borrowed */
	char name[CG_NAME_MAX];
	int fds[CG_HIERARCHIES_MAX]; /* the leaf directories, owned, -1 where not there */
	struct cg_setting settings[CG_KNOBS];
};

/* Make the leaf groups, directly by mkdirat on held descriptors (this step is in the path of a
 * trial; by libcgroup it takes several times as long). A group of that name that is there already
 * is emptied and removed first. On an error, what was made is removed again. */
int cg_cell_init(struct cg_cell *cell, struct cg_run *run, const char *name, struct error *err);
void cg_cell_destroy(struct cg_cell *cell); /* closes; takes a zeroed struct */

/* Set a knob, read it back, and keep both in cell->settings[knob]. Returns 0 also where the kernel
 * refused or changed it (look at .held); -1 only for a value that is not of the knob's unit
 * (ERROR_INPUT). */
int cg_cell_set(struct cg_cell *cell, enum cg_knob knob, const char *value, struct error *err);
/* Read all set knobs again: what the kernel really holds now. Differences become CG_HELD_CHANGED.
 */
int cg_cell_verify(struct cg_cell *cell, struct error *err);

/* The v2 directory to give to clone3(CLONE_INTO_CGROUP), or -1 where the host has no v2 tree. */
int cg_cell_v2_fd(const struct cg_cell *cell);
/* Descriptors (owned by the caller, O_CLOEXEC) of the v1 cgroup.procs files that a process must
 * write "0" to in order to join the cell; returns how many (0 on pure v2), or -1. */
int cg_cell_join_fds(const struct cg_cell *cell, int fds[CG_HIERARCHIES_MAX], struct error *err);
/* Move a process there by pid (for what was born elsewhere). */
int cg_cell_attach(const struct cg_cell *cell, pid_t pid, struct error *err);

/* Empty: freeze, cgroup.kill; where the kernel refuses these, freeze by the v1 freezer and kill
 * each process, again until none is left; wait on cgroup.events (populated) with a limit. Nothing
 * is waited for blindly. Then remove. The whole takes at most timeout_ns; on time-out the error
 * names a survivor. Idempotent.
 *
 * A cell that was killed can only be removed: some kernels (seen with Linux 6.18) end at birth
 * whatever clone3 puts into a group that cgroup.kill was written to before. */
int cg_cell_kill(struct cg_cell *cell, int64_t timeout_ns, struct error *err);
int cg_cell_remove(struct cg_cell *cell, int64_t timeout_ns, struct error *err);

/* Is any process in it? 1, 0 or -1. */
int cg_cell_populated(const struct cg_cell *cell, struct error *err);

/* For `clean`: remove every group whose name is `name` below the tree's parent, in every hierarchy,
 * with all that is below it. 0 also where there is none. */
int cg_remove_named(const struct cg_tree *tree, const char *name, int64_t timeout_ns,
		    struct error *err);

#endif
