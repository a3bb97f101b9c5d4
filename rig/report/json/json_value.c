/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/own.h"
#include "base/text.h"
#include "rig/report/json/json.h"

json_t *json_text(const char *s)
{
	cleanup_free char *valid = s ? text_valid(s) : NULL;

	return valid ? json_string(valid) : s ? NULL : json_null();
}

json_t *json_number(double value)
{
	/* 2^53: beyond it a double does not tell neighbours apart. */
	if (value == floor(value) && fabs(value) <= 0x1p53)
		return json_integer((json_int_t)value);
	return json_real(value);
}

/* The path is valid UTF-8 here. Takes over value. */
static int set_valid_path(json_t *object, const char *path, json_t *value)
{
	const char *dot;

	while ((dot = strchr(path, '.'))) {
		size_t len = (size_t)(dot - path);
		cleanup_free char *name = strndup(path, len);
		json_t *inner = name ? json_object_get(object, name) : NULL;

		if (inner && !json_is_object(inner))
			break;
		if (!inner) {
			inner = json_object();
			if (!name || json_object_set_new(object, name, inner) < 0) {
				json_decref(value);
				return -1;
			}
		}
		object = inner;
		path = dot + 1;
	}
	return json_object_set_new(object, path, value);
}

/* `failed`: it may be half of what it was to be. */
static json_t *unless(bool failed, json_t *collection)
{
	if (!failed)
		return collection;
	json_decref(collection);
	return NULL;
}

json_t *json_set_path(json_t *object, const char *path, json_t *value)
{
	/* A name that was cut to fit may end in half a character, and jansson wants whole ones. */
	cleanup_free char *valid = text_valid(path);

	if (valid)
		return unless(set_valid_path(object, valid, value) < 0, object);
	json_decref(value);
	return unless(true, object);
}

json_t *json_set_unknown(json_t *object, const char *path, const char *reason)
{
	char beside[160];

	snprintf(beside, sizeof(beside), "%.140s_reason", path);
	object = json_set_path(object, path, json_null());
	return json_set_path(object, beside, json_text(reason));
}

json_t *json_added(json_t *array, json_t *value)
{
	return unless(json_array_append_new(array, value) < 0, array);
}

json_t *json_list(const void *items, size_t count, size_t size,
		  json_t *(*one)(const void *item, const void *of), const void *of)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		array = json_added(array, one((const char *)items + i * size, of));
	return array;
}
