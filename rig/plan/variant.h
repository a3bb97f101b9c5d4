/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The variants of an experiment, read and checked. Used by experiment_load() alone. */
#ifndef POOLRIG_RIG_PLAN_VARIANT_H
#define POOLRIG_RIG_PLAN_VARIANT_H

#include "base/error.h"
#include "rig/plan/document.h"
#include "rig/plan/experiment.h"
#include "rig/plan/schema.h"

/* Names of experiments and variants, and keys of params, are this long at most. */
#define NAME_LENGTH_MAX  60
#define PARAMS_MAX       64
#define PARAM_LENGTH_MAX 1024

/* Is it a name: a-z, 0-9 and "-", not at the ends, at most NAME_LENGTH_MAX? NULL where it is, or a
 * clause that says why it is not. */
const char *name_problem(const char *name);

/* Fill e->variants. Errors as of experiment_load(). */
int variants_read(struct experiment *e, const struct raw_experiment *raw,
		  const struct document *doc, const char *program_dir, struct error *err);
void variants_destroy(struct experiment *e);

#endif
