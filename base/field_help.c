/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a table of fields says to people: what there is, what may be written, what was meant. */
#include <stdio.h>
#include <string.h>

#include "base/field.h"
#include "base/text.h"

static const char *const value_names[] = {
    [FIELD_BOOL] = "BOOL",   [FIELD_TEXT] = "TEXT",     [FIELD_LIST] = "TEXT",
    [FIELD_COUNT] = "N",     [FIELD_UNSIGNED] = "N",    [FIELD_INT] = "N",
    [FIELD_BYTES] = "BYTES", [FIELD_DURATION] = "TIME", [FIELD_RATE] = "RATE",
    [FIELD_NUMBER] = "X",    [FIELD_SHARE] = "SHARE",   [FIELD_CHOICE] = "WORD",
    [FIELD_CPUS] = "CPUS",   [FIELD_CUSTOM] = "VALUE",
};

const char *field_value_name(const struct field *row)
{
	return row->value || row->type == FIELD_FLAG ? row->value : value_names[row->type];
}

const struct field *field_find(const struct field *rows, const char *name, size_t length)
{
	for (const struct field *row = rows; row->type != FIELD_END; row++)
		if (strlen(row->name) == length && strncmp(row->name, name, length) == 0)
			return row;
	return NULL;
}

/* The choices, with the special word as the last. */
static void accepts_choice(const struct field *row, char *buf, size_t size)
{
	enum { WORDS_MAX = 32 };
	const char *words[WORDS_MAX + 2] = {NULL};
	size_t count = 0;

	for (const char *const *at = field_choices(row); *at && count < WORDS_MAX; at++)
		words[count++] = *at;
	words[count] = row->special;
	text_any_of(words, buf, size);
}

const char *field_accepts(const struct field *row, char *buf, size_t size)
{
	const char * or = "", *word = row->special ? row->special : "";

	buf[0] = '\0';
	if (field_choices(row)) {
		accepts_choice(row, buf, size);
		return buf;
	}
	if (row->type == FIELD_BOOL)
		snprintf(buf, size, "true or false");
	else if (row->low && row->high)
		snprintf(buf, size, "%s to %s", row->low, row->high);
	else if (row->low || row->high)
		snprintf(buf, size, row->low ? "%s or more" : "%s or less",
			 row->low ? row->low : row->high);
	if (row->special)
		or = buf[0] ? ", or " : "or ";
	snprintf(buf + strlen(buf), size - strlen(buf), "%s%s", or, word);
	return buf;
}

const char *field_describe(const struct field *row, char *buf, size_t size)
{
	char accepts[256];
	const char *more = row->type == FIELD_LIST ? "may be given more than once"
			   : row->required         ? "required"
			   : row->fallback         ? "default "
						   : "";
	const char *fallback = row->required || !row->fallback ? "" : row->fallback;

	field_accepts(row, accepts, sizeof(accepts));
	if (*accepts || *more)
		snprintf(buf, size, "%s (%s%s%s%s)", row->help, accepts,
			 *accepts && *more ? "; " : "", more, fallback);
	else
		snprintf(buf, size, "%s", row->help);
	return buf;
}

void field_help(const struct field *row, const char *head, FILE *to)
{
	enum { COLUMN = 26 };
	const struct style style = {.to = to, .width = FIELD_HELP_WIDTH, .utf8 = true};
	int at = text_width(head) + 2;
	char text[1024];

	fputs(head, to);
	fprintf(to, at > COLUMN ? "\n%*s" : "%*s", at > COLUMN ? COLUMN : COLUMN - at + 2, "");
	text_fold(&style, COLUMN, COLUMN, field_describe(row, text, sizeof(text)));
}

const char *field_known(const struct field *rows, const char *name, char *buf, size_t size)
{
	enum { KNOWN_MAX = 64 };
	const char *known[KNOWN_MAX];
	size_t count = 0;

	/* insertion into a short list; equals stay in the order of the table */
	for (const struct field *row = rows; row->type != FIELD_END && count < KNOWN_MAX; row++) {
		size_t distance = closest_distance(row->name, name), at = count++;

		for (; at > 0 && closest_distance(known[at - 1], name) > distance; at--)
			known[at] = known[at - 1];
		known[at] = row->name;
	}
	buf[0] = '\0';
	if (count && closest_is_near(known[0], name))
		text_add(buf, size, " did you mean \"%s\"?", known[0]);
	for (size_t i = 0; i < count; i++)
		text_add(buf, size, "%s%s", i ? ", " : " known here: ", known[i]);
	return buf;
}
