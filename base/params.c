/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/params.h"

#include <string.h>

#include "base/text.h"

int params_set(const struct field *rows, void *object, const char *key, const char *text,
	       struct error *err)
{
	const struct field *row = field_find(rows, key, strlen(key));
	char named[TEXT_QUOTE_SIZE], quoted[TEXT_QUOTE_SIZE], known[640];

	if (row)
		return field_parse(row, text, object, err) < 0 ? error_prefix(err, "%s", key) : 0;
	return error_input(err, "%s \"%s\": no such parameter;%s", text_quote(key, named),
			   text_quote(text, quoted), field_known(rows, key, known, sizeof(known)));
}

int params_set_argument(const struct field *rows, void *object, const char *argument,
			struct error *err)
{
	const char *equals = strchr(argument, '=');
	char key[64], quoted[TEXT_QUOTE_SIZE];

	if (!equals || (size_t)(equals - argument) >= sizeof(key))
		return error_input(err, "\"%s\": not a parameter; write KEY=VALUE",
				   text_quote(argument, quoted));
	snprintf(key, sizeof(key), "%.*s", (int)(equals - argument), argument);
	return params_set(rows, object, key, equals + 1, err);
}

/* A JSON value as it would be written; NULL where it is none. */
static const char *json_text(const json_t *value, char *buf, size_t size)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return json_string_value(value);
	case JSON_INTEGER:
		snprintf(buf, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return buf;
	case JSON_REAL:
		snprintf(buf, size, "%.17g", json_real_value(value));
		return buf;
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	default:
		return NULL;
	}
}

int params_set_json(const struct field *rows, void *object, const json_t *json, struct error *err)
{
	const char *key, *text;
	json_t *value;
	char buf[64];

	/* jansson iterates without changing the object, but takes it as not const. */
	json_object_foreach((json_t *)json, key, value)
	{
		text = json_text(value, buf, sizeof(buf));
		if (!text)
			return error_input(
			    err, "%s \"%s\": not a value; give a string, a number or a boolean",
			    key,
			    json_is_null(value)    ? "null"
			    : json_is_array(value) ? "[...]"
						   : "{...}");
		if (params_set(rows, object, key, text, err) < 0)
			return -1;
	}
	return 0;
}

void params_help(const struct field *rows, FILE *to)
{
	for (const struct field *row = rows; row->type != FIELD_END; row++) {
		char head[96];

		snprintf(head, sizeof(head), "  %s=%s", row->name, field_value_name(row));
		field_help(row, head, to);
	}
}
