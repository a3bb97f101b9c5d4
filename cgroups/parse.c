/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/parse.h"

#include <stdbool.h>
#include <string.h>

/* Digits at *at; false where there are none or they are too many. */
static bool number(const char **at, int64_t *out)
{
	const char *p = *at;
	uint64_t n = 0;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		if (n > (uint64_t)INT64_MAX / 10)
			return false;
		n = n * 10 + (uint64_t)(*p - '0');
	}
	*at = p;
	*out = (int64_t)n;
	return n <= (uint64_t)INT64_MAX;
}

static void put(struct cg_reading *out, const struct cg_field *field, int64_t n)
{
	uint64_t bit = UINT64_C(1) << field->counter;
	int64_t before = out->known & bit ? out->value[field->counter] : 0, value;

	if (__builtin_mul_overflow(n, field->scale, &value) ||
	    __builtin_add_overflow(value, before, &value))
		return;
	out->value[field->counter] = value;
	out->known |= bit;
}

static bool is_end(char c)
{
	return c == '\0' || c == '\n';
}

static const struct cg_field *find(const char *key, size_t len, const struct cg_field *fields,
				   size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fields[i].len == len && memcmp(fields[i].key, key, len) == 0)
			return &fields[i];
	return NULL;
}

static const char *next_line(const char *at)
{
	at = strchr(at, '\n');
	return at ? at + 1 : NULL;
}

void cg_parse_flat(const char *text, const struct cg_field *fields, size_t n,
		   struct cg_reading *out)
{
	size_t left = n;

	for (const char *at = text; at && *at && left; at = next_line(at)) {
		const char *p = at;
		const struct cg_field *field;
		int64_t value;

		while (*p != ' ' && !is_end(*p))
			p++;
		field = find(at, (size_t)(p - at), fields, n);
		if (!field || *p++ != ' ')
			continue;
		left--;
		if (number(&p, &value) && is_end(*p))
			put(out, field, value);
	}
}

void cg_parse_single(const char *text, const struct cg_field *field, struct cg_reading *out)
{
	int64_t value;

	if (number(&text, &value) && is_end(*text))
		put(out, field, value);
}

void cg_parse_psi(const char *text, const struct cg_field *fields, size_t n, struct cg_reading *out)
{
	static const char total[] = " total=";

	for (const char *at = text; at && *at; at = next_line(at)) {
		size_t len = strcspn(at, " \n");
		const struct cg_field *field = find(at, len, fields, n);
		const char *end = at + strcspn(at, "\n");
		const char *p = field ? strstr(at, total) : NULL;
		int64_t value;

		if (!p || p >= end)
			continue;
		p += sizeof(total) - 1;
		if (number(&p, &value) && is_end(*p))
			put(out, field, value);
	}
}

int cg_parse_numbers(const char *text, int64_t *numbers, int max)
{
	int count = 0;

	while (count < max) {
		while (*text == ' ')
			text++;
		if (is_end(*text))
			break;
		if (!number(&text, &numbers[count]) || (*text != ' ' && !is_end(*text)))
			return -1;
		count++;
	}
	return count;
}
