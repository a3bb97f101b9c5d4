/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strings and numbers of ours as JSON values. The caller owns what is returned; NULL: no memory.
 * What adds to an object or array takes over all values (NULL is one that had no memory) and
 * returns the object or array. */
#ifndef POOLRIG_RIG_REPORT_JSON_VALUE_H
#define POOLRIG_RIG_REPORT_JSON_VALUE_H

#include <jansson.h>

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
