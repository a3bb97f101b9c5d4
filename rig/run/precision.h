/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run that ends as soon as its answer is precise enough: after each block, every declared metric
 * of every variant is held against the first variant's, by an interval that may be looked at that
 * often (rig/stats/sequential.h). */
#ifndef POOLRIG_RIG_RUN_PRECISION_H
#define POOLRIG_RIG_RUN_PRECISION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rig/run/run.h"

struct precision {
	size_t metrics, variants; /* metrics 0: none was asked for, and all is a no-op */
	double *block; /* owned: [metric * variants + variant], logarithms; NAN: unknown */
	double *ratios, *scratch; /* owned: [(metric * variants + variant) * blocks + pair] */
	char (*levels)[TRIAL_LEVELS_SIZE]; /* owned: [variant], of the block's trials */
	size_t *counts;                    /* owned: [metric * variants + variant] pairs */
	size_t blocks;                     /* there may be */
};

int precision_init(struct precision *p, const struct experiment *e, struct error *err);
void precision_destroy(struct precision *p); /* takes a zeroed struct */

/* A valid trial was stored: take its values. */
int precision_take(struct precision *p, const struct run *run, const struct attempt *a,
		   struct error *err);
/* The block is over. Returns whether all ratios are as precise as the experiment asks. */
bool precision_reached(struct precision *p, double wanted);

#endif
