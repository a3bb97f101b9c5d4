/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One attempt at a trial of a run: set up as the experiment says, run, and into the store with it.
 * Used by run_trials() and run_search(). */
#ifndef POOLRIG_RIG_RUN_ATTEMPT_H
#define POOLRIG_RIG_RUN_ATTEMPT_H

#include "base/error.h"
#include "rig/record/trial_record.h"
#include "rig/run/run.h"

struct attempt {
	int position, block, attempt; /* as in struct trial_record */
	int variant;                  /* index into the experiment's variants */
	int schedule_fd;              /* borrowed; -1: all variants are plain */
	double rate;                  /* of a search: the trial's own, kept with it; else 0 */
};

/* How it ended. */
struct attempt_end {
	enum trial_outcome outcome;
	char reason[512];
};

/* Returns 0 where it is in the store, or was interrupted (run->stopped) and is not; -1: the rig
 * can't go on. */
int attempt_run(struct run *run, const struct attempt *a, struct attempt_end *end,
		struct error *err);

/* Count how the last attempt at a trial ended, for the exit code. */
void attempt_count(struct run *run, enum trial_outcome outcome);

#endif
