/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the host did to the trials of a run: each line of interference over all of them. */
#ifndef POOLRIG_RIG_RESULT_INTERFERENCE_H
#define POOLRIG_RIG_RESULT_INTERFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rig/record/trial_record.h"
#include "rig/stats/spread.h"

struct result;

/* All is borrowed. */
struct interference {
	const char *name, *unit;
	size_t unknown;       /* trials of which it is not known; of spread.count it is */
	struct spread spread; /* over the trials */
	const struct interference_line *worst, *first_unknown; /* NULL: none is known, is unknown */
	const struct trial_record *worst_trial;
};

/* Fill result->interference. Called by result_init(). */
int interference_gather(struct result *result, struct error *err);

/* It was looked for in every trial, and there was none. */
bool interference_is_none(const struct interference *i);

#endif
