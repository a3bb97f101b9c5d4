/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much interference a trial can bear: the shares of the work cores' time above which the cpu
 * grade is C, and a result begins with a warning. One table for what grades, what warns, and
 * docs/result.md. */
#ifndef POOLRIG_RIG_RECORD_BOUND_H
#define POOLRIG_RIG_RECORD_BOUND_H

#include <stddef.h>

#include "rig/record/trial_record.h"

#define BOUNDS 2

struct bound {
	const char *line; /* of interference: a share, of unit BOUND_UNIT */
	double share;     /* above it */
	const char *who;  /* had that time: begins a sentence */
	const char *help;
};

#define BOUND_UNIT "share"

extern const struct bound bounds[BOUNDS];

/* The line of a trial where it is above the bound, or NULL. */
const struct interference_line *bound_exceeded(const struct bound *bound,
					       const struct trial_record *trial);

/* Append that line: seconds (NULL: not known, as `why` says) of elapsed_ns on so many CPUs. */
int bound_share(struct trial_record *r, const char *line, const double *seconds, int64_t elapsed_ns,
		int cpus, const char *why, struct error *err);

#endif
