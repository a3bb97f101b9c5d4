/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/option.h"

#include <inttypes.h>
#include <string.h>

#include "base/closest.h"
#include "base/units.h"

/* What one parse needs to know, all of it borrowed. */
struct parse {
	const struct option_verb *verb;
	int argc;
	char **argv;
	char *opts;
	bool *help;
};

static const struct option_row *row_by_name(const struct option_verb *verb, const char *name,
					    size_t len)
{
	for (const struct option_row *row = verb->rows; row->type != OPTION_TYPE_END; row++)
		if (strlen(row->name) == len && strncmp(row->name, name, len) == 0)
			return row;
	return NULL;
}

static const struct option_row *row_by_letter(const struct option_verb *verb, char letter)
{
	for (const struct option_row *row = verb->rows; row->type != OPTION_TYPE_END; row++)
		if (row->letter && row->letter == letter)
			return row;
	return NULL;
}

static int unknown_name(const struct option_verb *verb, const char *name, size_t len,
			struct error *err)
{
	char word[CLOSEST_WORD_MAX + 1];
	const char *best = "help";
	size_t distance;

	snprintf(word, sizeof(word), "%.*s", (int)len, name);
	distance = closest_distance(word, best);
	for (const struct option_row *row = verb->rows; row->type != OPTION_TYPE_END; row++) {
		if (closest_distance(word, row->name) < distance) {
			best = row->name;
			distance = closest_distance(word, best);
		}
	}
	if (closest_is_near(word, best))
		return error_input(err,
				   "--%s: unknown option; did you mean --%s? "
				   "(`poolrig %s --help` lists all)",
				   word, best, verb->name);
	return error_input(err, "--%s: unknown option; `poolrig %s --help` lists those there are",
			   word, verb->name);
}

static int out_of_range(const struct option_row *row, const char *text, struct error *err)
{
	char low[32], high[32];

	switch (row->type) {
	case OPTION_TYPE_BYTES:
		units_write_bytes(row->min, low, sizeof(low));
		units_write_bytes(row->max, high, sizeof(high));
		break;
	case OPTION_TYPE_DURATION:
		units_write_duration((int64_t)row->min, low, sizeof(low));
		units_write_duration((int64_t)row->max, high, sizeof(high));
		break;
	default:
		snprintf(low, sizeof(low), "%" PRIu64, row->min);
		snprintf(high, sizeof(high), "%" PRIu64, row->max);
		break;
	}
	if (!row->max)
		return error_input(err, "--%s \"%s\": too small; use %s or more", row->name, text,
				   low);
	return error_input(err, "--%s \"%s\": out of range; use %s to %s", row->name, text, low,
			   high);
}

static int store_quantity(const struct option_row *row, const char *text, void *field,
			  struct error *err)
{
	uint64_t value = 0;
	int64_t ns = 0;
	int rc;

	if (row->type == OPTION_TYPE_COUNT) {
		rc = units_count(text, &value, err);
	} else if (row->type == OPTION_TYPE_BYTES) {
		rc = units_bytes(text, &value, err);
	} else {
		rc = units_duration(text, &ns, err);
		value = (uint64_t)ns; /* the parser takes no negative one */
	}
	if (rc < 0)
		return error_wrap(err, "--%s", row->name);
	if (value < row->min || (row->max && value > row->max))
		return out_of_range(row, text, err);
	if (row->type == OPTION_TYPE_DURATION)
		memcpy(field, &ns, sizeof(ns));
	else
		memcpy(field, &value, sizeof(value));
	return 0;
}

static int store_list(const struct option_row *row, const char *text, void *field,
		      struct error *err)
{
	struct option_list *list = field;

	if (list->count == OPTION_LIST_MAX)
		return error_input(err, "--%s \"%s\": given too often; at most %d times", row->name,
				   text, OPTION_LIST_MAX);
	list->items[list->count++] = text;
	return 0;
}

static int store_value(const struct parse *p, const struct option_row *row, const char *text,
		       struct error *err)
{
	void *field = p->opts + row->offset;

	switch (row->type) {
	case OPTION_TYPE_FLAG:
		*(bool *)field = true;
		return 0;
	case OPTION_TYPE_STRING:
		*(const char **)field = text;
		return 0;
	case OPTION_TYPE_LIST:
		return store_list(row, text, field, err);
	default:
		return store_quantity(row, text, field, err);
	}
}

/* The value of an option that has none in its own argument: the next argument. A next one that
 * looks like an option is far more often a forgotten value than a value. */
static const char *next_value(const struct parse *p, const struct option_row *row, int at,
			      struct error *err)
{
	const char *next = at + 1 < p->argc ? p->argv[at + 1] : NULL;

	if (next && strncmp(next, "--", 2) != 0)
		return next;
	if (!next)
		error_input(err, "--%s: its value is missing; write --%s %s", row->name, row->name,
			    row->value);
	else
		error_input(err,
			    "--%s \"%s\": its value is missing before the next option; write "
			    "--%s %s, or --%s=%s where that is the value",
			    row->name, next, row->name, row->value, row->name, next);
	return NULL;
}

/* Parse the long option at argv[at]. Returns how many arguments it took, or -1. */
static int parse_long(const struct parse *p, int at, struct error *err)
{
	const char *name = p->argv[at] + 2;
	const char *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct option_row *row = row_by_name(p->verb, name, len);
	const char *value = equals ? equals + 1 : NULL;
	int took = 1;

	if (!row && len == 4 && strncmp(name, "help", 4) == 0) {
		*p->help = true;
		return 1;
	}
	if (!row)
		return unknown_name(p->verb, name, len, err);
	if (row->type == OPTION_TYPE_FLAG && equals)
		return error_input(err, "--%s \"%s\": takes no value; write --%s alone", row->name,
				   value, row->name);
	if (row->type != OPTION_TYPE_FLAG && !equals) {
		value = next_value(p, row, at, err);
		took = 2;
		if (!value)
			return -1;
	}
	return store_value(p, row, value, err) < 0 ? -1 : took;
}

/* Parse the letters of argv[at]: flags may stand together ("-jv"), and a value may follow its
 * letter at once ("-sPATH"). Returns how many arguments it took, or -1. */
static int parse_letters(const struct parse *p, int at, struct error *err)
{
	for (const char *letter = p->argv[at] + 1; *letter; letter++) {
		const struct option_row *row = row_by_letter(p->verb, *letter);
		const char *value = letter[1] ? letter + 1 : NULL;
		int took = value ? 1 : 2;

		if (!row && *letter == 'h') {
			*p->help = true;
			return 1;
		}
		if (!row)
			return error_input(err,
					   "-%c (in \"%s\"): unknown option; `poolrig %s --help` "
					   "lists those there are; an argument that begins with "
					   "\"-\" goes after \"--\"",
					   *letter, p->argv[at], p->verb->name);
		if (row->type == OPTION_TYPE_FLAG) {
			store_value(p, row, NULL, err);
			continue;
		}
		if (!value)
			value = next_value(p, row, at, err);
		if (!value || store_value(p, row, value, err) < 0)
			return -1;
		return took;
	}
	return 1;
}

/* Move argv[from..from+n) in front of argv[to..from), keeping the order of both. */
static void move_before(char **argv, int to, int from, int n)
{
	for (int i = 0; i < n; i++) {
		char *moved = argv[from + i];

		memmove(&argv[to + i + 1], &argv[to + i], (size_t)(from - to) * sizeof(*argv));
		argv[to + i] = moved;
	}
}

int option_parse(const struct option_verb *verb, int argc, char **argv, bool stop_at_first,
		 void *opts, bool *help, struct error *err)
{
	struct parse p = {verb, argc, argv, opts, help};
	int first = 1; /* where the arguments that are no options begin */
	int at = 1;

	while (at < argc) {
		const char *word = argv[at];
		bool end = strcmp(word, "--") == 0;
		int took = 1;

		if (word[0] != '-' || word[1] == '\0') {
			if (stop_at_first)
				break;
			at++;
			continue;
		}
		if (!end)
			took =
			    word[1] == '-' ? parse_long(&p, at, err) : parse_letters(&p, at, err);
		if (took < 0)
			return -1;
		move_before(argv, first, at, took);
		first += took;
		at += took;
		if (end || *help)
			break;
	}
	return first;
}
