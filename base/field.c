/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/field.h"

#include <limits.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpulist.h"
#include "base/own.h"
#include "base/text.h"
#include "base/units.h"

/* A longer text can't be a value of a type that is short, and would fill an error with itself. */
enum { SHORT_MAX = 64 };

/* What a text says. Types that are ordered are compared by `number`. */
struct value {
	double number;
	uint64_t count; /* also bytes */
	int64_t ns;
	int word;
	bool flag;
	const char *text;
	cpu_set_t cpus;
};

static const char *const *choices_of(const struct field *row)
{
	return row->choices_of ? row->choices_of() : row->choices;
}

/* What the special word is, and what a field of a type that is ordered can hold. */
static const struct type {
	struct value special;
	double high;
} types[] = {
    [FIELD_COUNT] = {{.count = UINT64_MAX}, 0x1p64},
    [FIELD_UNSIGNED] = {{.count = UINT_MAX}, UINT_MAX},
    [FIELD_INT] = {{.count = UINT64_MAX}, INT_MAX},
    [FIELD_BYTES] = {{.count = UNITS_MAX}, 0x1p64},
    [FIELD_DURATION] = {{.ns = -1}, 0x1p63},
    [FIELD_RATE] = {{.number = INFINITY}, INFINITY},
    [FIELD_NUMBER] = {{.number = INFINITY}, INFINITY},
    [FIELD_SHARE] = {{.number = INFINITY}, INFINITY},
    [FIELD_CHOICE] = {{.word = -1}, 0},
    [FIELD_CUSTOM] = {{0}, 0},
};

/* -- a type's own texts ----------------------------------------------------------------------- */

static int parse_choice(const struct field *row, const char *text, struct value *v,
			struct error *err)
{
	const char *const *choices = choices_of(row);
	char known[256];

	for (v->word = 0; choices[v->word]; v->word++)
		if (strcmp(choices[v->word], text) == 0)
			return 0;
	return error_input(err, "\"%s\": unknown; use %s", text,
			   field_accepts(row, known, sizeof(known)));
}

static int parse_flag(const struct field *row, const char *text, struct value *v, struct error *err)
{
	/* As YAML 1.1 writes them: an experiment's words come as they are. */
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
	int status;

	if (choices_of(row)) {
		status = parse_choice(row, text, v, err);
		v->flag = v->word;
		return status;
	}
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i], text) != 0)
			continue;
		v->flag = i % 2;
		return 0;
	}
	return error_input(err, "\"%s\": not a boolean; use true or false", text);
}

static int parse_text(const struct field *row, const char *text, struct value *v, struct error *err)
{
	v->text = text;
	if (!choices_of(row))
		return 0;
	if (parse_choice(row, text, v, err) < 0)
		return -1;
	v->text = choices_of(row)[v->word];
	return 0;
}

static int parse_cpus(const char *text, cpu_set_t *cpus, struct error *err)
{
	if (cpulist_parse(text, cpus, err) < 0)
		return -1;
	if (CPU_COUNT(cpus) == 0)
		return error_input(err, "\"%s\": no CPU; write a list as 0-3,7", text);
	return 0;
}

static int parse(const struct field *row, const char *text, struct value *v, struct error *err)
{
	int status;

	switch (row->type) {
	case FIELD_FLAG:
	case FIELD_BOOL:
		return parse_flag(row, text, v, err);
	case FIELD_COUNT:
	case FIELD_UNSIGNED:
	case FIELD_INT:
		status = units_count(text, &v->count, err);
		v->number = (double)v->count;
		return status;
	case FIELD_BYTES:
		status = units_bytes(text, &v->count, err);
		v->number = (double)v->count;
		return status;
	case FIELD_DURATION:
		status = units_duration(text, &v->ns, err);
		v->number = (double)v->ns;
		return status;
	case FIELD_RATE:
		return units_rate(text, &v->number, err);
	case FIELD_NUMBER:
		return units_number(text, &v->number, err);
	case FIELD_SHARE:
		return units_share(text, &v->number, err);
	case FIELD_CHOICE:
		return parse_choice(row, text, v, err);
	case FIELD_CPUS:
		return parse_cpus(text, &v->cpus, err);
	default:
		return parse_text(row, text, v, err);
	}
}

/* -- parsing ---------------------------------------------------------------------------------- */

static bool is_free_text(const struct field *row)
{
	return (row->type == FIELD_TEXT && !choices_of(row)) || row->type == FIELD_LIST;
}

/* Is it a text that an error can show as it stands? */
static int check_text(const struct field *row, const char *text, struct error *err)
{
	char quoted[TEXT_QUOTE_SIZE];
	size_t len = strlen(text), n;
	uint32_t c;

	text_quote(text, quoted);
	if (len > SHORT_MAX && row->type != FIELD_CUSTOM)
		return error_input(err, "\"%s\": %zu bytes long; no value of this key is", quoted,
				   len);
	for (const char *at = text; *at; at += n) {
		n = text_next(at, &c);
		if (text_is_control(c))
			return error_input(
			    err, "\"%s\": a control character; write the value in one line",
			    quoted);
		if (c > 0x7f && n == 1)
			return error_input(err, "\"%s\": not UTF-8; write it as text", quoted);
	}
	return 0;
}

static double bound(const struct field *row, const char *text, double otherwise)
{
	struct value v = {0};

	return text && parse(row, text, &v, NULL) == 0 ? v.number : otherwise;
}

static int check_range(const struct field *row, const char *text, double number, struct error *err)
{
	double low = bound(row, row->low, -INFINITY), high = bound(row, row->high, INFINITY);
	char accepted[256];

	if (number >= low && number <= high && number <= types[row->type].high)
		return 0;
	if (!row->low && !row->high)
		return error_input(err, "\"%s\": too large; use less", text);
	return error_input(err, "\"%s\": %s; use %s", text,
			   row->low && row->high ? "out of range"
			   : row->low            ? "too small"
						 : "too large",
			   field_accepts(row, accepted, sizeof(accepted)));
}

static int add_item(struct field_list *list, const char *text, struct error *err)
{
	char quoted[TEXT_QUOTE_SIZE];

	if (list->count == FIELD_LIST_MAX)
		return error_input(err, "\"%s\": given too often; at most %d times",
				   text_quote(text, quoted), FIELD_LIST_MAX);
	list->items[list->count++] = text;
	return 0;
}

static int store(const struct field *row, const struct value *v, void *to, struct error *err)
{
	switch (row->type) {
	case FIELD_FLAG:
	case FIELD_BOOL:
		*(bool *)to = v->flag;
		return 0;
	case FIELD_TEXT:
		*(const char **)to = v->text;
		return 0;
	case FIELD_LIST:
		return add_item(to, v->text, err);
	case FIELD_COUNT:
	case FIELD_BYTES:
		*(uint64_t *)to = v->count;
		return 0;
	case FIELD_UNSIGNED:
	case FIELD_INT: /* -1 of UINT64_MAX */
		memcpy(to, &(unsigned){(unsigned)v->count}, sizeof(unsigned));
		return 0;
	case FIELD_DURATION:
		*(int64_t *)to = v->ns;
		return 0;
	case FIELD_RATE:
	case FIELD_NUMBER:
	case FIELD_SHARE:
		*(double *)to = v->number;
		return 0;
	case FIELD_CHOICE:
		memcpy(to, &v->word, sizeof(v->word));
		return 0;
	case FIELD_CPUS:
		*(cpu_set_t *)to = v->cpus;
		return 0;
	default:
		return 0;
	}
}

/* The way out of an error of the type's own parser has the special word, too. */
static int or_special(const struct field *row, struct error *err)
{
	size_t len = err ? strlen(err->text) : 0;

	if (row->special && err && !choices_of(row))
		snprintf(err->text + len, sizeof(err->text) - len, ", or %s", row->special);
	return -1;
}

int field_parse(const struct field *row, const char *text, void *object, struct error *err)
{
	void *to = object ? (char *)object + row->offset : NULL;
	struct value v = {0};

	if (!is_free_text(row) && check_text(row, text, err) < 0)
		return -1;
	if (row->special && strcmp(text, row->special) == 0)
		v = types[row->type].special;
	else if (row->type == FIELD_CUSTOM)
		return row->parse(text, to, err);
	else if (parse(row, text, &v, err) < 0)
		return or_special(row, err);
	else if (types[row->type].high > 0 && check_range(row, text, v.number, err) < 0)
		return -1;
	return to ? store(row, &v, to, err) : 0;
}

void field_defaults(const struct field *rows, void *object)
{
	for (const struct field *row = rows; row->type != FIELD_END; row++)
		if (row->fallback)
			field_parse(row, row->fallback, object, NULL);
}
