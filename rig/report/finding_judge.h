/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One finding of a run. Used by findings_of() alone. */
#ifndef POOLRIG_RIG_REPORT_FINDING_JUDGE_H
#define POOLRIG_RIG_REPORT_FINDING_JUDGE_H

#include "rig/report/finding.h"

#define FINDING_VARIANTS_MAX 64 /* the bits of finding.variants */

/* Fill a zeroed *finding from its definition; what it owns is there to be freed after an error,
 * too. */
int finding_judge(const struct report *report, const json_t *definition, struct finding *finding,
		  struct error *err);

#endif
