/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strings and numbers of ours as JSON values. The caller owns what is returned; NULL: no memory. */
#ifndef POOLRIG_RIG_REPORT_JSON_TEXT_H
#define POOLRIG_RIG_REPORT_JSON_TEXT_H

#include <jansson.h>

/* A string; bytes that are not UTF-8 become U+FFFD (jansson would refuse the whole). */
json_t *json_text(const char *s);

/* A whole number as an integer, any other as a real. */
json_t *json_number(double value);

/* Set a value by its dotted path, making the objects on the way: "psi.cpu.some_seconds". Where a
 * part of the path is a value already, the rest of the path becomes one key. Takes over `value`
 * (which may be NULL: -1). Returns 0, or -1. */
int json_set_path(json_t *object, const char *path, json_t *value);

/* Null at that path, and beside it NAME_reason. */
int json_set_unknown(json_t *object, const char *path, const char *reason);

#endif
