/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A heat map as JSON. */
#ifndef POOLRIG_RIG_REPORT_JSON_HEATMAP_H
#define POOLRIG_RIG_REPORT_JSON_HEATMAP_H

#include <jansson.h>

#include "base/error.h"
#include "rig/result/result.h"

/* That of one attempt at a trial; null where it has no such histogram. NULL: an error. */
json_t *json_heatmap(const struct trial_record *trial, const char *name, struct error *err);
/* Those of all attempts at the trial of that number. Errors as heatmap_check(). */
json_t *json_heatmaps(const struct run_view *view, int number, const char *name, struct error *err);

#endif
