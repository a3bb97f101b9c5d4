/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run as JSON; docs/result.md is its contract. */
#ifndef POOLRIG_RIG_REPORT_JSON_H
#define POOLRIG_RIG_REPORT_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "base/error.h"
#include "rig/report/report.h"

/* What "format" says. Raised where a key changes its meaning or goes; more keys may join. */
#define JSON_FORMAT 1

/* The whole as a value; the caller decrefs. NULL: no memory. */
json_t *report_json(const struct report *report, struct error *err);

/* One trial as it stands in trials[]. `summary` has its metrics. */
json_t *report_json_trial(const struct trial_record *trial, const struct trial_record *summary);

/* Print it, indented, with a newline. Whether the stream took it is the caller's to ask. */
int report_json_print(const struct report *report, FILE *to, struct error *err);

#endif
