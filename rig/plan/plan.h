/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan: an ordered list of trials in shuffled blocks (a randomised complete block design):
 * every variant once a block, the order within a block drawn from a stored seed. A pure function of
 * variants, trials, seed. */
#ifndef POOLRIG_RIG_PLAN_PLAN_H
#define POOLRIG_RIG_PLAN_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Streams of random numbers (base/random.h) that are drawn from an experiment's seed. */
enum random_stream { RANDOM_STREAM_PLAN = 0, RANDOM_STREAM_SCHEDULE = 1 };

struct plan_trial {
	int block;
	int variant; /* index into the experiment's variants */
};

struct plan {
	struct plan_trial *trials; /* owned */
	size_t count;
};

int plan_init(struct plan *plan, size_t variants, int trials, uint64_t seed, struct error *err);
void plan_destroy(struct plan *plan); /* takes a zeroed struct */

#endif
