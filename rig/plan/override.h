/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overrides of the command line: `--set KEY=VALUE`, KEY the dotted path of a scalar. */
#ifndef POOLRIG_RIG_PLAN_OVERRIDE_H
#define POOLRIG_RIG_PLAN_OVERRIDE_H

#include <stddef.h>

#include "base/error.h"
#include "rig/plan/document.h"

/* Apply all, in their order, and remember of each changed node which one it came from. A scalar
 * that is not there is made where the schema knows its key. Errors (ERROR_INPUT) begin with
 * `--set KEY=VALUE: `. The texts are borrowed for as long as doc lives. */
int override_apply(struct document *doc, const char *const *overrides, size_t count,
		   struct error *err);

#endif
