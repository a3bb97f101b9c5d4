/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/own.h"
#include "base/text.h"
#include "rig/knob/knob.h"

#define LETTERS  "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS   "0123456789"

enum { RECORD_NAME_SIZE = 48 }; /* with its end */

static int refuse(const char *text, const char *why, struct error *err)
{
	char quoted[TEXT_QUOTE_SIZE];

	return error_input(err, "\"%s\": %s", text_quote(text, quoted), why);
}

int parse_name(const char *text, void *field, struct error *err)
{
	size_t len = strlen(text);

	if (!len)
		return refuse(text, "empty; write a name", err);
	if (len > KNOB_NAME_MAX)
		return refuse(text, "longer than 60 bytes; shorten it", err);
	if (strspn(text, LETTERS DIGITS "-") != len)
		return refuse(text, "not a name; use a-z, 0-9 and \"-\"", err);
	if (text[0] == '-' || text[len - 1] == '-')
		return refuse(
		    text, "not a name: \"-\" at an end; begin and end with a letter or digit", err);
	if (field)
		*(const char **)field = text;
	return 0;
}

int parse_variant_name(const char *text, void *field, struct error *err)
{
	if (*text && strspn(text, DIGITS) == strlen(text))
		return refuse(text,
			      "only digits, so that --set could not tell it from a number in the "
			      "list; add a letter",
			      err);
	return parse_name(text, field, err);
}

int parse_neighbour_name(const char *text, void *field, struct error *err)
{
	if (strlen(text) > NEIGHBOUR_NAME_MAX)
		return refuse(text, "longer than 31 bytes; shorten it", err);
	return parse_variant_name(text, field, err);
}

/* Of a histogram; its count is no time. */
static bool is_part(const char *part)
{
	static const char *const parts[] = {"mean", "p50", "p90", "p99", "p999", "max"};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (strcmp(parts[i], part) == 0)
			return true;
	return false;
}

int parse_metric(const char *text, void *field, struct error *err)
{
	const size_t suffix = strlen("_seconds"), size = sizeof(((struct search_spec *)0)->metric);
	const char *dot = strrchr(text, '.');
	size_t len = dot ? (size_t)(dot - text) : strlen(text);

	if (strlen(text) >= size)
		return refuse(text, "no metric has a name of that length", err);
	if (len <= suffix || strncmp(text + len - suffix, "_seconds", suffix) != 0)
		return refuse(text, "not a time; write NAME_seconds.PART, such as " SEARCH_METRIC,
			      err);
	if (dot && !is_part(dot + 1))
		return refuse(text,
			      "no such part of a histogram; there are mean, p50, p90, p99, p999 "
			      "and max",
			      err);
	if (field)
		snprintf(field, size, "%s", text);
	return 0;
}

int parse_record_name(const char *text, void *field, struct error *err)
{
	static const char letters[] = LETTERS CAPITALS DIGITS "_-";

	if (!*text || strlen(text) >= RECORD_NAME_SIZE || text[strspn(text, letters)])
		return refuse(text,
			      "not a record's name; use at most 47 letters, digits, _ and -, as in "
			      "gc_pause",
			      err);
	if (field)
		*(const char **)field = text;
	return 0;
}

int parse_env_name(const char *text, void *field, struct error *err)
{
	size_t len = strlen(text);

	if (!len || strspn(text, LETTERS CAPITALS DIGITS "_") != len || strchr(DIGITS, text[0]))
		return refuse(text,
			      "not the name of a variable; use letters, digits and \"_\", no digit "
			      "first",
			      err);
	if (strcmp(text, POOLRIG_PROTOCOL_FD_ENV) == 0)
		return refuse(text, "the workload protocol sets it; leave it out", err);
	if (field)
		*(const char **)field = text;
	return 0;
}
