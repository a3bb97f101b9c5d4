/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The findings of an experiment, and what else is for its report, checked. A run has no use for
 * them, so they are not kept: the report takes them from the stored text. Used by experiment_load()
 * alone. */
#ifndef POOLRIG_RIG_PLAN_FINDINGS_H
#define POOLRIG_RIG_PLAN_FINDINGS_H

#include "base/error.h"
#include "rig/plan/document.h"
#include "rig/plan/experiment.h"
#include "rig/plan/schema.h"

/* What `report` says. Whether a trial has such a histogram, only a report knows. Errors as of
 * experiment_load(). */
int report_check(const struct raw_experiment *raw, const struct document *doc, struct error *err);

/* After the variants were read. Whether a metric exists, only a report knows. Errors as of
 * experiment_load(). */
int findings_check(const struct experiment *e, const struct raw_experiment *raw,
		   const struct document *doc, struct error *err);

#endif
