/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/json/value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/own.h"
#include "base/text.h"

json_t *json_text(const char *s)
{
	cleanup_free char *valid = text_valid(s);

	return valid ? json_string(valid) : NULL;
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

int json_set_path(json_t *object, const char *path, json_t *value)
{
	/* A name that was cut to fit may end in half a character, and jansson wants whole ones. */
	cleanup_free char *valid = text_valid(path);

	if (!valid) {
		json_decref(value);
		return -1;
	}
	return set_valid_path(object, valid, value);
}

int json_set_unknown(json_t *object, const char *path, const char *reason)
{
	char beside[160];

	snprintf(beside, sizeof(beside), "%.140s_reason", path);
	if (json_set_path(object, path, json_null()) < 0)
		return -1;
	return json_set_path(object, beside, json_text(reason));
}

json_t *json_added(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) == 0)
		return array;
	json_decref(array);
	return NULL;
}

json_t *json_list(const void *items, size_t count, size_t size,
		  json_t *(*one)(const void *item, const void *of), const void *of)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		array = json_added(array, one((const char *)items + i * size, of));
	return array;
}
