/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run would do, for people: the resolved plan, the cores, the trials in their order, the
 * time that they take. Nothing is started. */
#ifndef POOLRIG_RIG_RUN_DRY_RUN_H
#define POOLRIG_RIG_RUN_DRY_RUN_H

#include "base/error.h"
#include "base/text.h"
#include "rig/cell/roles.h"
#include "rig/knob/spec.h"

/* Print all of it; roles are those that run_check() has chosen. */
int dry_run_print(const struct experiment *e, const struct roles *roles, const struct style *style,
		  struct error *err);

/* Its first part alone: the resolved plan as YAML, with "# default" behind what was not given. */
int dry_run_print_plan(const struct experiment *e, const struct style *style, struct error *err);

#endif
