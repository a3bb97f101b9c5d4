/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The groups of one cell, leaves below the run's group, one in each hierarchy in use. Everything
 * after creation goes through descriptors that are held open.
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
#include "cgroups/run.h"

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
 * (ERROR_INPUT), or where memory is out. */
int cg_cell_set(struct cg_cell *cell, enum cg_knob knob, const char *value, struct error *err);
/* The same of CG_KNOB_CPUS. */
int cg_cell_set_cpus(struct cg_cell *cell, const cpu_set_t *cpus, struct error *err);
/* Read all set knobs again: what the kernel really holds now. Differences become CG_HELD_CHANGED.
 */
int cg_cell_verify(struct cg_cell *cell, struct error *err);

/* The v2 directory to give to clone3(CLONE_INTO_CGROUP), or -1 where the host has no v2 tree. */
int cg_cell_v2_fd(const struct cg_cell *cell);
/* Descriptors (owned by the caller, O_CLOEXEC) of the v1 cgroup.procs files that a process must
 * write "0" to in order to join the cell; returns how many (0 on pure v2), or -1. */
int cg_cell_join_fds(const struct cg_cell *cell, int fds[CG_HIERARCHIES_MAX], struct error *err);

/* Empty: freeze, cgroup.kill; where the kernel refuses these, freeze by the v1 freezer and kill
 * each process, again until none is left; wait on cgroup.events (populated) with a limit. Nothing
 * is waited for blindly. Then remove. The whole takes at most timeout_ns; on time-out the error
 * names a survivor. Idempotent.
 *
 * A cell that was killed can only be removed: some kernels (seen with Linux 6.18) end at birth
 * whatever clone3 puts into a group that cgroup.kill was written to before. */
int cg_cell_kill(struct cg_cell *cell, int64_t timeout_ns, struct error *err);
int cg_cell_remove(struct cg_cell *cell, int64_t timeout_ns, struct error *err);

#endif
