/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A field's value as text that field_parse() takes again. */
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "base/cpulist.h"
#include "base/field.h"
#include "base/units.h"

/* What any field may hold: parsed into, to be compared. */
union held {
	bool flag;
	uint64_t count;
	int64_t ns;
	unsigned natural;
	int integer;
	double number;
	const char *text;
	cpu_set_t cpus;
};

static const size_t sizes[] = {
    [FIELD_FLAG] = sizeof(bool),         [FIELD_BOOL] = sizeof(bool),
    [FIELD_TEXT] = sizeof(const char *), [FIELD_COUNT] = sizeof(uint64_t),
    [FIELD_UNSIGNED] = sizeof(unsigned), [FIELD_INT] = sizeof(int),
    [FIELD_BYTES] = sizeof(uint64_t),    [FIELD_DURATION] = sizeof(int64_t),
    [FIELD_RATE] = sizeof(double),       [FIELD_NUMBER] = sizeof(double),
    [FIELD_SHARE] = sizeof(double),      [FIELD_CHOICE] = sizeof(int),
    [FIELD_CPUS] = sizeof(cpu_set_t),    [FIELD_CUSTOM] = 0,
};

/* Is the text read as what `from` holds? */
static bool is_read_as(const struct field *row, const char *text, const void *from)
{
	struct field alone = *row;
	union held held;

	memset(&held, 0, sizeof(held));
	alone.offset = 0;
	return field_parse(&alone, text, &held, NULL) == 0 &&
	       memcmp(&held, from, sizes[row->type]) == 0;
}

/* The fewest digits that are read as the same number again. */
static void write_number(const struct field *row, const void *from, char *buf, size_t size)
{
	const char *percent = row->type == FIELD_SHARE ? "%" : "";
	double value;

	memcpy(&value, from, sizeof(value));
	for (int digits = 6; digits <= 17; digits++) {
		snprintf(buf, size, "%.*g%s", digits, *percent ? value * 100 : value, percent);
		if (is_read_as(row, buf, from))
			return;
	}
	snprintf(buf, size, "%.17g", value); /* a share that no percentage is */
}

static void write_value(const struct field *row, const void *from, char *buf, size_t size)
{
	union held held;
	const char *const *choices = row->choices_of ? row->choices_of() : row->choices;

	memcpy(&held, from, sizes[row->type]);
	switch (row->type) {
	case FIELD_FLAG:
	case FIELD_BOOL:
		snprintf(buf, size, "%s",
			 choices     ? choices[held.flag]
			 : held.flag ? "true"
				     : "false");
		return;
	case FIELD_TEXT:
		snprintf(buf, size, "%s", held.text ? held.text : "");
		return;
	case FIELD_COUNT:
		snprintf(buf, size, "%" PRIu64, held.count);
		return;
	case FIELD_BYTES:
		units_write_bytes(held.count, buf, size);
		return;
	case FIELD_UNSIGNED:
		snprintf(buf, size, "%u", held.natural);
		return;
	case FIELD_INT:
		snprintf(buf, size, "%d", held.integer);
		return;
	case FIELD_DURATION:
		units_write_duration(held.ns, buf, size);
		return;
	case FIELD_RATE:
	case FIELD_NUMBER:
	case FIELD_SHARE:
		write_number(row, from, buf, size);
		return;
	case FIELD_CHOICE:
		snprintf(buf, size, "%s", choices[held.integer]);
		return;
	case FIELD_CPUS:
		cpulist_format(&held.cpus, buf, size);
		return;
	default:
		buf[0] = '\0';
	}
}

const char *field_write(const struct field *row, const void *object, char *buf, size_t size)
{
	const void *from = (const char *)object + row->offset;

	if (row->special && sizes[row->type] && is_read_as(row, row->special, from))
		snprintf(buf, size, "%s", row->special);
	else
		write_value(row, from, buf, size);
	return buf;
}
