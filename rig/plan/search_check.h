/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The search of an experiment, read and held against all else that the experiment says. Used by
 * experiment_load() alone. */
#ifndef POOLRIG_RIG_PLAN_SEARCH_CHECK_H
#define POOLRIG_RIG_PLAN_SEARCH_CHECK_H

#include "base/error.h"
#include "rig/plan/document.h"
#include "rig/plan/experiment.h"
#include "rig/plan/schema.h"

/* After the quantities and the variants were read; nothing to do without a search. The load gets
 * the rate that the search begins at. Errors as of experiment_load(). */
int search_check(struct experiment *e, const struct raw_experiment *raw, const struct document *doc,
		 struct error *err);

#endif
