/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * key=value parameters of a workload: rows of base/field.h, from arguments ("size=1000") or from
 * the JSON object of the protocol's `configure`. Defaults are field_defaults()'s. Errors
 * (ERROR_INPUT) are `KEY "VALUE": reason; way out`; an unknown key names the closest known one.
 */
#ifndef POOLRIG_BASE_PARAMS_H
#define POOLRIG_BASE_PARAMS_H

#include <jansson.h>
#include <stdio.h>

#include "base/error.h"
#include "base/field.h"

/* Set one by its key. */
int params_set(const struct field *rows, void *object, const char *key, const char *text,
	       struct error *err);

/* Set one from "KEY=VALUE", which must stay where a text is borrowed. */
int params_set_argument(const struct field *rows, void *object, const char *argument,
			struct error *err);

/* Set all that a JSON object has: strings, numbers and booleans. */
int params_set_json(const struct field *rows, void *object, const json_t *json, struct error *err);

/* A line or more a row, 80 columns wide: `  size=N    workers (1 to 1M; default 10)`. */
void params_help(const struct field *rows, FILE *to);

#endif
