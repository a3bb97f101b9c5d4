/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong although each value by itself is right. Used by experiment_load() alone. */
#ifndef POOLRIG_RIG_PLAN_CHECK_H
#define POOLRIG_RIG_PLAN_CHECK_H

#include "base/error.h"
#include "rig/knob/spec.h"

/* Most trials that a plan may have, over all variants. */
#define TRIALS_MAX 100000

/* Only what can't work anywhere is refused; what is merely odd (a limit that the load will hit,
 * more load than the cores can do) may be the very thing that is measured. Settles what depends on
 * other keys: when a burst begins, the rate of a search. */
int check_together(struct experiment *e, struct error *err);

/* Are the texts of its findings of finding.h's languages, of variants that there are? Whether a
 * metric exists, only a result knows. */
int check_findings(const struct experiment *e, struct error *err);

#endif
