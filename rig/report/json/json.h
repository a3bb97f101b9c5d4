/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run as JSON; docs/result.md is its contract. */
#ifndef POOLRIG_RIG_REPORT_JSON_JSON_H
#define POOLRIG_RIG_REPORT_JSON_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "base/error.h"
#include "rig/result/result.h"

/* What "format" says. Raised where a key changes its meaning or goes; more keys may join. */
#define JSON_FORMAT 2

/* The whole as a value; the caller decrefs. NULL: no memory. */
json_t *json_result(const struct result *r, struct error *err);

/* Print the whole, or a value (which is taken over; NULL: no memory), indented, with a newline.
 * Whether the stream took it is the caller's to ask. */
int json_print(const struct result *result, FILE *to, struct error *err);
int json_print_value(json_t *value, FILE *to, struct error *err);

#endif
