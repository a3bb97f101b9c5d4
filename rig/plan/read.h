/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one walk over an experiment's document by the table of knobs (rig/knob/knob.h). */
#ifndef POOLRIG_RIG_PLAN_READ_H
#define POOLRIG_RIG_PLAN_READ_H

#include <stdbool.h>

#include "base/error.h"
#include "rig/knob/knob.h"
#include "rig/plan/document.h"

/* Fill the experiment with what the document says and the defaults of what it does not. Every value
 * is right by itself afterwards. Errors (ERROR_INPUT) begin with `path:line: ` or `--set KEY=VALUE:
 * `; read_destroy() frees what there is, also then. */
int read_experiment(const struct document *doc, struct experiment *e, struct error *err);
void read_destroy(struct experiment *e); /* takes a zeroed struct */

/* May a key stand in that mapping of the document (0: one that is not there)? */
bool read_applies(const struct document *doc, const struct field *row, int mapping);

#endif
