/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an experiment says was published, held against what was measured. */
#ifndef POOLRIG_RIG_RESULT_FINDING_H
#define POOLRIG_RIG_RESULT_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rig/result/grade.h"

enum finding_verdict { FINDING_CONFIRMED = 0, FINDING_REFUTED, FINDING_INCONCLUSIVE };
#define FINDING_VERDICTS 3
/* "confirmed", "refuted", "inconclusive". */
const char *finding_verdict_text(enum finding_verdict verdict);

struct finding {
	const char *claim, *source; /* borrowed from the plan; source NULL: none is given */
	char *found;                /* owned: the sentence, its numbers filled in */
	enum finding_verdict verdict;
	char *reason; /* owned: why it is refuted or inconclusive, or in how many trials it would be
			 otherwise; NULL where there is nothing to say */
	char grades[GRADE_DIMENSIONS_MAX]; /* the worst of the variants that it names, by
					      result.dimensions */
};

/* Fill result->findings. Called by result_init(), after all else. */
int finding_gather(struct result *result, struct error *err);
void finding_destroy(struct finding *finding); /* takes a zeroed struct */

#endif
