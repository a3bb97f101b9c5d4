/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The findings of an experiment, checked. Used by experiment_load() alone. */
#ifndef POOLRIG_RIG_PLAN_FINDINGS_H
#define POOLRIG_RIG_PLAN_FINDINGS_H

#include "base/error.h"
#include "rig/knob/spec.h"

/* Are their texts of finding.h's languages, of variants that there are? Whether a metric exists,
 * only a result knows. Errors as of experiment_load(). */
int findings_check(const struct experiment *e, struct error *err);

#endif
