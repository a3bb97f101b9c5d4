/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run as JSON; docs/result.md is its contract. */
#ifndef POOLRIG_RIG_REPORT_JSON_JSON_H
#define POOLRIG_RIG_REPORT_JSON_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "base/error.h"
#include "rig/result/compared.h"
#include "rig/result/result.h"
#include "rig/result/tails.h"

/* What "format" says. Raised where a key changes its meaning or goes; more keys may join. */
#define JSON_FORMAT 2

/* The whole as a value; the caller decrefs. NULL: no memory. */
json_t *json_result(const struct result *r, struct error *err);

/* A comparison as a value (docs/result.md); the caller decrefs. NULL: no memory. */
json_t *json_compared(const struct compared *compared);
/* What the experiment declares, as an array, empty where it declares nothing. */
json_t *json_comparisons(const struct result *result, struct error *err);

/* Tails as a value (docs/result.md); the caller decrefs. NULL: no memory. */
json_t *json_tails(const struct tails *tails);

/* Print the whole, indented, or a value (which is taken over; NULL: no memory) by jansson's flags,
 * with a newline; control characters of all kinds are escaped. Whether the stream took it is the
 * caller's to ask. */
int json_print(const struct result *result, FILE *to, struct error *err);
int json_print_value(json_t *value, size_t flags, FILE *to, struct error *err);

/* One trial (struct result_trial *item) as it stands in trials[], for json_list(). The caller
 * decrefs. NULL: no memory. */
json_t *json_trial(const void *item, const void *of);

/* The heat map of one attempt at a trial; null where it has no such histogram. NULL: an error. */
json_t *json_heatmap(const struct trial_record *trial, const char *name, struct error *err);
/* Those of all attempts at the trial of that number. Errors as heatmap_check(). */
json_t *json_heatmaps(const struct run_view *view, int number, const char *name, struct error *err);

/* -- strings and numbers of ours as JSON values --
 * The caller owns what is returned; NULL: no memory. What adds to an object or array takes over all
 * values (NULL is one that had no memory) and returns the object or array. */

/* A string, null for NULL; bytes that are not UTF-8 become U+FFFD (jansson would refuse the whole).
 */
json_t *json_text(const char *s);

/* A whole number as an integer, any other as a real. */
json_t *json_number(double value);

/* Set a value by its dotted path, making the objects on the way: "psi.cpu.some_seconds". Where a
 * part of the path is a value already, the rest of the path becomes one key. */
json_t *json_set_path(json_t *object, const char *path, json_t *value);

/* Null at that path, and beside it NAME_reason. */
json_t *json_set_unknown(json_t *object, const char *path, const char *reason);

/* Append to an array. */
json_t *json_added(json_t *array, json_t *value);

/* An array of what one() makes of each of `count` items of that size, one behind the other; `of` is
 * handed on. */
json_t *json_list(const void *items, size_t count, size_t size,
		  json_t *(*one)(const void *item, const void *of), const void *of);

#endif
