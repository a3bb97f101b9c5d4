/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The grade: for each dimension what was asked, what the kernel granted, and a level. It is taken
 * from what was observed while the trial ran, not from what was asked:
 *
 *   A  as asked, and seen to hold
 *   B  it held, but was shared or interfered with, or was observed only in part
 *   C  asked for and not held; of the observation: the window was not observed as a whole
 *   -  not asked for
 */
#ifndef POOLRIG_RIG_TRIAL_GRADE_H
#define POOLRIG_RIG_TRIAL_GRADE_H

#include <stdbool.h>

#include "base/error.h"
#include "rig/cell/roles.h"
#include "rig/probe/counters.h"
#include "rig/probe/placement.h"
#include "rig/record/trial_record.h"

/* What the supervisor saw of the cell's network: the namespaces' inode numbers, 0 where unknown. */
struct seen_net {
	bool asked_private;
	unsigned long own_ns, cell_ns;
};

struct grade_facts {
	const struct cg_cell *cell; /* with its settings, verified at the end of the trial */
	const struct roles *roles;
	bool pinned;      /* cores were asked for */
	bool roles_apart; /* a generator on the load core was asked for */
	bool whole;       /* the window was observed from its begin to its end */
	int64_t samples;
	const struct counters *counters;
	const struct placement *placement;
	struct seen_net net;
};

/* Append the four grades to the record; the interference lines must be in it already. */
int grade_trial(const struct grade_facts *facts, struct trial_record *r, struct error *err);

#endif
