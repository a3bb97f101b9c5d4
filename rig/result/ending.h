/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the trials that are not valid ended: those of one variant that ended the same way, for the
 * same reason but for the numbers in it, are one ending. */
#ifndef POOLRIG_RIG_RESULT_ENDING_H
#define POOLRIG_RIG_RESULT_ENDING_H

#include <stddef.h>

#include "base/error.h"
#include "rig/record/trial_record.h"
#include "rig/result/pattern.h"

struct result;

struct ending {
	const char *variant; /* borrowed */
	enum trial_outcome outcome;
	struct pattern reason;
	const struct trial_record **trials; /* owned, borrowed ones: in the order they were run */
	size_t trials_count;
};

/* Fill result->endings. Called by result_init(). */
int ending_gather(struct result *result, struct error *err);
void ending_destroy(struct ending *ending); /* takes a zeroed struct */

#endif
