/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stages of experiment_load(): overrides, the one walk over the document by the table of knobs
 * (rig/knob/knob.h), and what is wrong although each value by itself is right. Errors (ERROR_INPUT)
 * begin with `path:line: ` or `--set KEY=VALUE: `. */
#ifndef POOLRIG_RIG_PLAN_READ_H
#define POOLRIG_RIG_PLAN_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rig/knob/knob.h"
#include "rig/plan/document.h"

/* Apply `--set KEY=VALUE`, KEY the dotted path of a scalar, in their order, and remember of each
 * changed node which one it came from. A scalar that is not there is made where the schema knows
 * its key. The texts are borrowed for as long as doc lives. */
int override_apply(struct document *doc, const char *const *overrides, size_t count,
		   struct error *err);

/* Fill the experiment with what the document says and the defaults of what it does not. Every value
 * is right by itself afterwards. read_destroy() frees what there is, also after an error. */
int read_experiment(const struct document *doc, struct experiment *e, struct error *err);
void read_destroy(struct experiment *e); /* takes a zeroed struct */

/* May a key stand in that mapping of the document (0: one that is not there)? */
bool read_applies(const struct document *doc, const struct field *row, int mapping);

/* Only what can't work anywhere is refused; what is merely odd (a limit that the load will hit,
 * more load than the cores can do) may be the very thing that is measured. Settles what depends on
 * other keys: when a burst begins, the rate of a search. */
#define TRIALS_MAX 100000 /* of a plan, over all variants */
int check_together(struct experiment *e, struct error *err);

/* Are the texts of its findings of finding.h's languages, of variants that there are? And can what
 * it names be a metric, in them and elsewhere? Whether a workload sends a record of its own of that
 * name, only a result knows. */
int check_findings(const struct experiment *e, struct error *err);

#endif
