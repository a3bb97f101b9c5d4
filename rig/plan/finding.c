/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/finding.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS    "0123456789"
#define OF_WORDS  LETTERS DIGITS "_-."
#define OPERATORS "<>=!"
#define BLANKS    " \t\r\n"

enum { SHOWN = 60 }; /* of a text, in an error */

static const char *const relations[] = {
    [FINDING_LESS] = "<",      [FINDING_AT_MOST] = "<=", [FINDING_MORE] = ">",
    [FINDING_AT_LEAST] = ">=", [FINDING_EQUAL] = "==",   [FINDING_NOT_EQUAL] = "!=",
};
enum { RELATIONS = sizeof(relations) / sizeof(relations[0]) };

const char *finding_relation_text(enum finding_relation relation)
{
	return relations[relation];
}

bool finding_compare(double left, enum finding_relation relation, double right)
{
	switch (relation) {
	case FINDING_LESS:
		return left < right;
	case FINDING_AT_MOST:
		return left <= right;
	case FINDING_MORE:
		return left > right;
	case FINDING_AT_LEAST:
		return left >= right;
	case FINDING_EQUAL:
		return left == right;
	default:
		return left != right;
	}
}

static int shown(size_t len)
{
	return (int)(len < SHOWN ? len : SHOWN);
}

static int read_name(const char *text, size_t len, struct finding_name *name, struct error *err)
{
	const char *dot = memchr(text, '.', len);
	size_t variant = dot ? (size_t)(dot - text) : 0, metric = dot ? len - variant - 1 : 0;

	if (!variant || !metric || strspn(text, OF_WORDS) < len || dot[1] == '.' ||
	    text[len - 1] == '.')
		return error_input(err, "\"%.*s\": not VARIANT.METRIC, as in naive.peak_rss_bytes",
				   shown(len), text);
	if (variant >= sizeof(name->variant) || metric >= sizeof(name->metric))
		return error_input(err, "\"%.*s...\": longer than any VARIANT.METRIC", SHOWN, text);
	snprintf(name->variant, sizeof(name->variant), "%.*s", (int)variant, text);
	snprintf(name->metric, sizeof(name->metric), "%.*s", (int)metric, dot + 1);
	return 0;
}

/* {A} or {A/B}; at stands on the brace. */
static int read_place(const char *at, struct finding_piece *piece, struct error *err)
{
	size_t len = strcspn(at + 1, "{}");
	const char *slash = memchr(at + 1, '/', len);
	size_t first = slash ? (size_t)(slash - at - 1) : len;

	if (at[1 + len] != '}')
		return error_input(err, "\"%.*s\": this { has no }; write {VARIANT.METRIC}",
				   shown(strlen(at)), at);
	*piece = (struct finding_piece){.text = at + 1, .len = len, .place = true};
	if (read_name(at + 1, first, &piece->name, err) < 0)
		return -1;
	return slash ? read_name(slash + 1, len - first - 1, &piece->by, err) : 0;
}

int finding_next_piece(const char **at, struct finding_piece *piece, struct error *err)
{
	const char *text = *at;

	if (*text == '\0')
		return 0;
	if (*text == '}')
		return error_input(err,
				   "\"%.*s\": this } has no { before it; write "
				   "{VARIANT.METRIC}",
				   shown(strlen(text)), text);
	if (*text != '{')
		*piece = (struct finding_piece){.text = text, .len = strcspn(text, "{}")};
	else if (read_place(text, piece, err) < 0)
		return -1;
	*at = piece->text + piece->len + piece->place;
	return 1;
}

static void skip_blanks(const char **at)
{
	*at += strspn(*at, BLANKS);
}

/* The text of a number: digits, with a fraction or without. */
static bool is_number(const char *text, size_t len)
{
	size_t whole = strspn(text, DIGITS);

	if (!whole || whole == len)
		return whole == len;
	return text[whole] == '.' && len > whole + 1 &&
	       strspn(text + whole + 1, DIGITS) == len - whole - 1;
}

/* What stands where a word was expected. */
static int no_word(const char *at, const char *want, struct error *err)
{
	if (!*at)
		return error_input(err, "it ends where %s should follow", want);
	return error_input(err, "\"%.*s\": here %s should follow", shown(strlen(at)), at, want);
}

static int read_term(const char **at, struct finding_term *term, struct error *err)
{
	size_t len;

	*term = (struct finding_term){.factor = 1};
	skip_blanks(at);
	len = strspn(*at, OF_WORDS);
	if (!len)
		return no_word(*at, "a number or VARIANT.METRIC", err);
	if (is_number(*at, len)) {
		term->factor = strtod(*at, NULL);
		if (!isfinite(term->factor))
			return error_input(err, "\"%.*s\": too large; use less", shown(len), *at);
		*at += len;
		skip_blanks(at);
		if (**at != '*')
			return 0;
		++*at;
		skip_blanks(at);
		len = strspn(*at, OF_WORDS);
		if (!len || is_number(*at, len))
			return no_word(*at, "VARIANT.METRIC", err);
	}
	if (read_name(*at, len, &term->name, err) < 0)
		return -1;
	*at += len;
	skip_blanks(at);
	if (**at == '*')
		return error_input(err, "\"%.*s\": a factor stands in front, as in 2 * %s.%s",
				   shown(strlen(*at)), *at, term->name.variant, term->name.metric);
	return 0;
}

static int read_relation(const char **at, enum finding_relation *relation, struct error *err)
{
	size_t len = strspn(*at, OPERATORS);

	for (int i = 0; i < RELATIONS; i++)
		if (strlen(relations[i]) == len && strncmp(*at, relations[i], len) == 0) {
			*relation = (enum finding_relation)i;
			*at += len;
			return 0;
		}
	if (!**at)
		return error_input(err, "it ends where <, <=, >, >=, == or != should follow");
	return error_input(err, "\"%.*s\": unknown operator; use <, <=, >, >=, == or !=",
			   shown(len ? len : strcspn(*at, BLANKS)), *at);
}

/* Nothing, or "and" and more. */
static int read_and(const char **at, struct error *err)
{
	skip_blanks(at);
	if (!**at)
		return 0;
	if (strspn(*at, OF_WORDS) != 3 || strncmp(*at, "and", 3) != 0)
		return error_input(err, "\"%.*s\": comparisons are joined by \"and\"",
				   shown(strlen(*at)), *at);
	*at += 3;
	skip_blanks(at);
	return **at ? 0 : error_input(err, "it ends where a comparison should follow \"and\"");
}

int finding_next_comparison(const char **at, struct finding_comparison *c, struct error *err)
{
	skip_blanks(at);
	if (!**at)
		return 0;
	if (read_term(at, &c->left, err) < 0 || read_relation(at, &c->relation, err) < 0 ||
	    read_term(at, &c->right, err) < 0 || read_and(at, err) < 0)
		return -1;
	return 1;
}
