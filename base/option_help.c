/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an option table says to people: --help and the man page. */
#include <inttypes.h>
#include <string.h>

#include "base/option.h"
#include "base/own.h"
#include "base/units.h"

enum { HELP_WIDTH = 80, HELP_COLUMN = 26 };

static const struct option_row help_row = {
    OPTION_TYPE_FLAG, "help", 'h', 0, NULL, "print this help", 0, 0,
};

/* Columns that a text takes: bytes of UTF-8 that begin a character. */
static int columns(const char *text, size_t len)
{
	int n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

/* Print words from column `at` on, folded at HELP_WIDTH, going on at column `indent`. A newline in
 * the text is kept. */
static void fold(FILE *to, const char *text, int at, int indent)
{
	bool fresh = true; /* nothing on this line yet, so no blank before the word */

	while (*text) {
		size_t len = strcspn(text, " \n");
		int wide = columns(text, len);

		if (len && !fresh && at + 1 + wide > HELP_WIDTH) {
			fprintf(to, "\n%*s", indent, "");
			at = indent;
			fresh = true;
		}
		if (len) {
			fprintf(to, "%s%.*s", fresh ? "" : " ", (int)len, text);
			at += wide + !fresh;
			fresh = false;
		}
		text += len;
		if (*text == '\n' && text[1]) {
			fprintf(to, "\n%*s", indent, "");
			at = indent;
			fresh = true;
		}
		if (*text)
			text++;
	}
	fputc('\n', to);
}

static void show(const struct option_row *row, uint64_t value, char *buf, size_t size)
{
	if (row->type == OPTION_TYPE_BYTES)
		units_write_bytes(value, buf, size);
	else if (row->type == OPTION_TYPE_DURATION)
		units_write_duration((int64_t)value, buf, size);
	else
		snprintf(buf, size, "%" PRIu64, value);
}

/* The help text of a row with its range. Owned by the caller; NULL where memory is out. */
static char *help_text(const struct option_row *row)
{
	char low[32], high[32], *text = NULL;
	int rc;

	show(row, row->min, low, sizeof(low));
	show(row, row->max, high, sizeof(high));
	if (row->max)
		rc = asprintf(&text, "%s (%s to %s)", row->help, low, high);
	else if (row->min)
		rc = asprintf(&text, "%s (at least %s)", row->help, low);
	else
		rc =
		    asprintf(&text, "%s%s", row->help,
			     row->type == OPTION_TYPE_LIST ? " (may be given more than once)" : "");
	return rc < 0 ? NULL : text;
}

static void print_row(FILE *to, const struct option_row *row)
{
	cleanup_free char *text = help_text(row);
	int at;

	at = fprintf(to, row->letter ? "  -%c, " : "      ", row->letter);
	at +=
	    fprintf(to, "--%s%s%s", row->name, row->value ? " " : "", row->value ? row->value : "");
	if (at + 2 > HELP_COLUMN) {
		fputc('\n', to);
		at = 0;
	}
	fprintf(to, "%*s", HELP_COLUMN - at, "");
	fold(to, text ? text : row->help, HELP_COLUMN, HELP_COLUMN);
}

static bool has_row(const struct option_verb *verb, const char *name)
{
	for (const struct option_row *row = verb->rows; row->type != OPTION_TYPE_END; row++)
		if (strcmp(row->name, name) == 0)
			return true;
	return false;
}

void option_help(const struct option_verb *verb, FILE *to)
{
	fprintf(to, "Usage: poolrig %s [options]%s%s\n\n", verb->name,
		verb->arguments && *verb->arguments ? " " : "",
		verb->arguments ? verb->arguments : "");
	if (verb->about)
		fold(to, verb->about, 0, 0);
	fputs("\nOptions:\n", to);
	for (const struct option_row *row = verb->rows; row->type != OPTION_TYPE_END; row++)
		print_row(to, row);
	if (!has_row(verb, "help"))
		print_row(to, &help_row);
	if (verb->epilogue) {
		size_t len = strlen(verb->epilogue);

		fprintf(to, "\n%s%s", verb->epilogue,
			len && verb->epilogue[len - 1] == '\n' ? "" : "\n");
	}
}

/* Text into roff: a backslash is an escape, a hyphen would become a typographic one, and a dot or
 * quote that begins a line would be a request (groff_man_style(7), "Portability"). */
static void roff(FILE *to, const char *text)
{
	bool line_begins = true;

	for (; *text; text++) {
		if (line_begins && (*text == '.' || *text == '\''))
			fputs("\\&", to);
		line_begins = *text == '\n';
		if (*text == '\\')
			fputs("\\e", to);
		else if (*text == '-')
			fputs("\\-", to);
		else
			fputc(*text, to);
	}
}

static void man_row(FILE *to, const struct option_row *row)
{
	cleanup_free char *text = help_text(row);

	fputs(".TP\n", to);
	if (row->letter)
		fprintf(to, "\\fB\\-%c\\fR, ", row->letter);
	fputs("\\fB\\-\\-", to);
	roff(to, row->name);
	fputs("\\fR", to);
	if (row->value) {
		fputs(" \\fI", to);
		roff(to, row->value);
		fputs("\\fR", to);
	}
	fputc('\n', to);
	roff(to, text ? text : row->help);
	fputc('\n', to);
}

void option_man(const struct option_verb *verb, FILE *to)
{
	fputs(".SS \"poolrig ", to);
	roff(to, verb->name);
	fputs(" [options]", to);
	if (verb->arguments && *verb->arguments) {
		fputc(' ', to);
		roff(to, verb->arguments);
	}
	fputs("\"\n", to);
	if (verb->about) {
		roff(to, verb->about);
		fputc('\n', to);
	}
	for (const struct option_row *row = verb->rows; row->type != OPTION_TYPE_END; row++)
		man_row(to, row);
	if (!has_row(verb, "help"))
		man_row(to, &help_row);
	if (verb->epilogue) {
		fputs(".PP\n.nf\n", to);
		roff(to, verb->epilogue);
		fputs("\n.fi\n", to);
	}
}
