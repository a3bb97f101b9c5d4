/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The resolved plan: an experiment as JSON of the shape of its YAML, every default filled in, so
 * that nothing right of the store parses an experiment again. Scalars are strings: as they were
 * written, or as docs/experiment.md writes the default. What can't stand in the experiment (a
 * burst's keys without one) or has no default (a section such as `search`) is absent. docs/store.md
 * is its contract.
 */
#ifndef POOLRIG_RIG_PLAN_PLAN_JSON_H
#define POOLRIG_RIG_PLAN_PLAN_JSON_H

#include <jansson.h>

#include "base/error.h"
#include "rig/plan/document.h"

/* The caller decrefs. NULL: no memory. */
json_t *plan_json(const struct document *doc);

/* The same as text, of an experiment (experiment.document); the caller frees. */
int plan_json_text(const struct document *doc, char **json, struct error *err);

/* The same of an experiment that an older poolrig has stored as text only. It was checked when it
 * was run and is not checked again: what does not fit is left out. Errors: not YAML. */
int plan_json_of_yaml(const char *yaml, const char *path, char **json, struct error *err);

#endif
