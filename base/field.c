/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/field.h"

#include <limits.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
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
	uint64_t count;   /* also bytes */
	unsigned natural; /* count, of UNSIGNED and INT */
	int64_t ns;
	int word;
	bool flag;
	const char *text;
	cpu_set_t cpus;
};

const char *const *field_choices(const struct field *row)
{
	return row->choices_of ? row->choices_of() : row->choices;
}

/* What the special word is, what a field of a type that is ordered can hold, and what of the value
 * is stored. */
#define STORED(member) offsetof(struct value, member), sizeof(((struct value *)0)->member)
static const struct type {
	struct value special;
	double high;
	size_t from, size;
} types[] = {
    [FIELD_FLAG] = {{0}, 0, STORED(flag)},
    [FIELD_BOOL] = {{0}, 0, STORED(flag)},
    [FIELD_TEXT] = {{0}, 0, STORED(text)},
    [FIELD_COUNT] = {{.count = UINT64_MAX}, 0x1p64, STORED(count)},
    [FIELD_UNSIGNED] = {{.natural = UINT_MAX}, UINT_MAX, STORED(natural)},
    [FIELD_INT] = {{.natural = UINT_MAX}, INT_MAX, STORED(natural)},
    [FIELD_BYTES] = {{.count = UNITS_MAX}, 0x1p64, STORED(count)},
    [FIELD_DURATION] = {{.ns = -1}, 0x1p63, STORED(ns)},
    [FIELD_RATE] = {{.number = INFINITY}, INFINITY, STORED(number)},
    [FIELD_NUMBER] = {{.number = INFINITY}, INFINITY, STORED(number)},
    [FIELD_SHARE] = {{.number = INFINITY}, INFINITY, STORED(number)},
    [FIELD_CHOICE] = {{.word = -1}, 0, STORED(word)},
    [FIELD_CPUS] = {{0}, 0, STORED(cpus)},
    [FIELD_CUSTOM] = {{0}, 0, 0, 0},
};

/* -- a type's own texts ----------------------------------------------------------------------- */

static int parse_choice(const struct field *row, const char *text, struct value *v,
			struct error *err)
{
	const char *const *choices = field_choices(row);
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

	if (field_choices(row)) {
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
	if (field_choices(row) && parse_choice(row, text, v, err) < 0)
		return -1;
	v->text = field_choices(row) ? field_choices(row)[v->word] : text;
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
	case FIELD_BYTES:
		status = row->type == FIELD_BYTES ? units_bytes(text, &v->count, err)
						  : units_count(text, &v->count, err);
		v->natural = (unsigned)v->count;
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
	return (row->type == FIELD_TEXT && !field_choices(row)) || row->type == FIELD_LIST;
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

/* The way out of an error of the type's own parser has the special word, too. */
static int or_special(const struct field *row, struct error *err)
{
	size_t len = err ? strlen(err->text) : 0;

	if (row->special && err && !field_choices(row))
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
	if (to && row->type == FIELD_LIST)
		return add_item(to, v.text, err);
	if (to)
		memcpy(to, (const char *)&v + types[row->type].from, types[row->type].size);
	return 0;
}

void field_defaults(const struct field *rows, void *object)
{
	for (const struct field *row = rows; row->type != FIELD_END; row++)
		if (row->fallback)
			field_parse(row, row->fallback, object, NULL);
}
