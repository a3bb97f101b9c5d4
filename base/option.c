/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/option.h"

#include <string.h>

#include "base/own.h"
#include "base/text.h"

/* What one parse needs, all of it borrowed. */
struct parse {
	const struct option_verb *verb;
	int argc;
	char **argv;
	char *opts;
	bool *help;
};

const struct field *option_row(const struct option_verb *verb, size_t i)
{
	/* The shared ones first: a verb that has limits is called for them. */
	const struct field *const tables[] = {verb->shared, verb->rows};

	for (size_t t = 0; t < ARRAY_SIZE(tables); t++)
		for (const struct field *row = tables[t]; row && row->type != FIELD_END; row++)
			if (i-- == 0)
				return row;
	return NULL;
}

const char *option_name(const struct field *row)
{
	const char *dot = strrchr(row->name, '.');

	return row->option ? row->option : dot ? dot + 1 : row->name;
}

/* The row of a name, or, where that is NULL, of a letter. */
static const struct field *find(const struct option_verb *verb, const char *name, size_t len,
				char letter)
{
	const struct field *row;

	for (size_t i = 0; (row = option_row(verb, i)); i++)
		if (name ? strlen(option_name(row)) == len &&
			       strncmp(option_name(row), name, len) == 0
			 : row->letter == letter)
			return row;
	return NULL;
}

static int unknown_name(const struct option_verb *verb, const char *name, size_t len,
			struct error *err)
{
	char word[CLOSEST_WORD_MAX + 1];
	const struct field *row;
	const char *best = "help";

	snprintf(word, sizeof(word), "%.*s", (int)len, name);
	for (size_t i = 0; (row = option_row(verb, i)); i++)
		if (closest_distance(word, option_name(row)) < closest_distance(word, best))
			best = option_name(row);
	if (closest_is_near(word, best))
		return error_input(err,
				   "--%s: unknown option; did you mean --%s? "
				   "(`poolrig %s --help` lists all)",
				   word, best, verb->name);
	return error_input(err, "--%s: unknown option; `poolrig %s --help` lists all", word,
			   verb->name);
}

static int store_value(const struct parse *p, const struct field *row, const char *text,
		       struct error *err)
{
	const struct field *own = p->verb->rows;

	while (own->type != FIELD_END && own != row)
		own++;
	if (field_parse(row, text, p->opts + (own == row ? 0 : p->verb->shared_offset), err) < 0)
		return error_prefix(err, "--%s", option_name(row));
	return 0;
}

/* The value of an option that has none in its own argument: the next argument. A next one that
 * looks like an option is far more often a forgotten value than a value. */
static const char *next_value(const struct parse *p, const struct field *row, int at,
			      struct error *err)
{
	const char *next = at + 1 < p->argc ? p->argv[at + 1] : NULL, *name = option_name(row);

	if (next && strncmp(next, "--", 2) != 0)
		return next;
	if (!next)
		error_input(err, "--%s: its value is missing; write --%s %s", name, name,
			    field_value_name(row));
	else
		error_input(err,
			    "--%s \"%s\": its value is missing before the next option; write "
			    "--%s %s, or --%s=%s where that is the value",
			    name, next, name, field_value_name(row), name, next);
	return NULL;
}

/* Parse the long option at argv[at]. Returns how many arguments it took, or -1. */
static int parse_long(const struct parse *p, int at, struct error *err)
{
	const char *name = p->argv[at] + 2;
	const char *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct field *row = find(p->verb, name, len, 0);
	const char *value = equals ? equals + 1 : NULL;
	int took = 1;

	if (!row && len == 4 && strncmp(name, "help", 4) == 0) {
		*p->help = true;
		return 1;
	}
	if (!row)
		return unknown_name(p->verb, name, len, err);
	if (row->type == FIELD_FLAG && equals)
		return error_input(err, "--%s \"%s\": takes no value; write --%s alone",
				   option_name(row), value, option_name(row));
	if (row->type != FIELD_FLAG && !equals) {
		value = next_value(p, row, at, err);
		took = 2;
		if (!value)
			return -1;
	}
	return store_value(p, row, value ? value : "true", err) < 0 ? -1 : took;
}

/* Parse the letters of argv[at]: flags may stand together ("-jv"), and a value may follow its
 * letter at once ("-sPATH"). Returns how many arguments it took, or -1. */
static int parse_letters(const struct parse *p, int at, struct error *err)
{
	for (const char *letter = p->argv[at] + 1; *letter; letter++) {
		const struct field *row = find(p->verb, NULL, 0, *letter);
		const char *value = letter[1] ? letter + 1 : NULL;
		int took = value ? 1 : 2;

		if (!row && *letter == 'h') {
			*p->help = true;
			return 1;
		}
		if (!row)
			return error_input(err,
					   "-%c (in \"%s\"): unknown option; `poolrig %s --help` "
					   "lists all; an argument that begins with "
					   "\"-\" goes after \"--\"",
					   *letter, p->argv[at], p->verb->name);
		if (row->type == FIELD_FLAG) {
			store_value(p, row, "true", err);
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

int option_parse(const struct option_verb *verb, int argc, char **argv, void *opts, bool *help,
		 struct error *err)
{
	struct parse p = {verb, argc, argv, opts, help};
	int first = 1; /* where the arguments begin that are no options */
	int at = 1;

	field_defaults(verb->rows, opts);
	if (verb->shared)
		field_defaults(verb->shared, p.opts + verb->shared_offset);
	while (at < argc) {
		const char *word = argv[at];
		bool end = strcmp(word, "--") == 0;
		int took = 1;

		if (word[0] != '-' || word[1] == '\0') {
			if (verb->command)
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
