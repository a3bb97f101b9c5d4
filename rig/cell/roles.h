/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which cores do what: work cores run what is measured, the load core its generator, the
 * housekeeping core the rig. */
#ifndef POOLRIG_RIG_CELL_ROLES_H
#define POOLRIG_RIG_CELL_ROLES_H

#include <sched.h>
#include <stdbool.h>

#include "base/error.h"
#include "rig/cell/topology.h"
#include "rig/plan/experiment.h"

struct roles {
	cpu_set_t work, load, housekeeping;
	cpu_set_t cell;           /* work and load: where the cell's processes may run */
	bool shared_housekeeping; /* the rig sits on a core of the cell */
};

/*
 * Take what the experiment gives, choose the rest ("auto"): where there are at least three cores,
 * the first thread of the first core is housekeeping, of the second load, and of all the others
 * work; hardware threads beside them stay idle. With two, the first is load and housekeeping at
 * once, the second is work. Errors (ERROR_INPUT): fewer than two CPUs are left to choose from.
 */
int roles_choose(struct roles *r, const struct cpu_spec *spec, const struct topology *t,
		 struct error *err);

/* All of `cpus` (the CPUs that a plain command asked for; empty: all online ones) are work;
 * housekeeping is a CPU outside them where there is one. */
void roles_plain(struct roles *r, const cpu_set_t *cpus, const struct topology *t);

#endif
