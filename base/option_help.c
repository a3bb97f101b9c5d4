/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a verb's options are to people: --help and the man page. */
#include <string.h>

#include "base/option.h"
#include "base/text.h"

enum { HELP_TEXT = 1024 };

static const struct field help_row = {
    .name = "help",
    .letter = 'h',
    .type = FIELD_FLAG,
    .help = "print this help",
};

/* All rows, and --help as the last. NULL behind it. */
static const struct field *row_at(const struct option_verb *verb, size_t i)
{
	const struct field *row = option_row(verb, i);

	return row ? row : i == 0 || option_row(verb, i - 1) ? &help_row : NULL;
}

static void print_row(FILE *to, const struct field *row)
{
	const char *value = field_value_name(row);
	char head[96], letter[] = {'-', row->letter, ',', '\0'};

	snprintf(head, sizeof(head), "  %3s --%s%s%s", row->letter ? letter : "", option_name(row),
		 value ? " " : "", value ? value : "");
	field_help(row, head, to);
}

/* The next line of a text, without its newline; NULL behind the last. */
static const char *next_line(const char **text, char *buf, size_t size)
{
	size_t len = *text ? strcspn(*text, "\n") : 0;

	if (!*text || !**text)
		return NULL;
	snprintf(buf, size, "%.*s", (int)len, *text);
	*text += len + ((*text)[len] == '\n');
	return buf;
}

void option_help(const struct option_verb *verb, FILE *to)
{
	const struct style style = {.to = to, .width = FIELD_HELP_WIDTH, .utf8 = true};
	const char *about = verb->about, *examples = verb->examples;
	const struct field *row;
	char line[HELP_TEXT];

	fprintf(to, "Usage: poolrig %s [options]%s%s\n\n", verb->name,
		verb->arguments && *verb->arguments ? " " : "",
		verb->arguments ? verb->arguments : "");
	while (next_line(&about, line, sizeof(line)))
		text_fold(&style, 0, 0, line);
	fputs("\nOptions:\n", to);
	for (size_t i = 0; (row = row_at(verb, i)); i++)
		print_row(to, row);
	if (examples)
		fputs("\nExamples:\n", to);
	while (next_line(&examples, line, sizeof(line)))
		fprintf(to, "  %s\n", line);
	if (verb->exit_codes)
		text_fold(&style, fprintf(to, "\nExit codes: ") - 1, 2, verb->exit_codes);
}

/* Text into roff: a backslash is an escape, a hyphen would become a typographic one, and a dot or
 * quote that begins a line would be a request (groff_man_style(7), "Portability"). Lines are ended
 * between words where they are filled again. */
static void roff(FILE *to, bool filled, const char *text)
{
	enum { LINE = 70 };
	int at = 0;

	for (; *text; text++) {
		if (at == 0 && (*text == '.' || *text == '\''))
			fputs("\\&", to);
		if (*text == '\\')
			fputs("\\e", to);
		else if (*text == '-')
			fputs("\\-", to);
		else
			fputc(filled && *text == ' ' && at > LINE ? '\n' : *text, to);
		at = filled && *text == ' ' && at > LINE ? 0 : at + 1 + (*text == '-');
	}
}

static void man_font(FILE *to, const char *before, char font, const char *text)
{
	fprintf(to, "%s\\f%c", before, font);
	roff(to, false, text);
	fputs("\\fR", to);
}

static void man_row(FILE *to, const struct field *row)
{
	char text[HELP_TEXT], letter[3] = {'-', row->letter, '\0'};
	char name[64];

	snprintf(name, sizeof(name), "--%s", option_name(row));
	fputs(".TP\n", to);
	if (row->letter)
		man_font(to, "", 'B', letter);
	man_font(to, row->letter ? ", " : "", 'B', name);
	if (field_value_name(row))
		man_font(to, " ", 'I', field_value_name(row));
	fputc('\n', to);
	roff(to, true, field_describe(row, text, sizeof(text)));
	fputc('\n', to);
}

static void man_lines(FILE *to, bool filled, const char *between, const char *text)
{
	char line[HELP_TEXT];

	for (bool first = true; next_line(&text, line, sizeof(line)); first = false) {
		fputs(first ? "" : between, to);
		roff(to, filled, line);
		fputc('\n', to);
	}
}

static void man_head(const struct option_verb *verb, FILE *to)
{
	const char *about = verb->about;
	char line[HELP_TEXT];

	fputs(".SH NAME\npoolrig\\-", to);
	roff(to, false, verb->name);
	fputs(" \\- ", to);
	roff(to, false, next_line(&about, line, sizeof(line)));
	fputs("\n.SH SYNOPSIS\n", to);
	man_font(to, "\\fBpoolrig\\fR ", 'B', verb->name);
	fputs(" [\\fIoptions\\fR]", to);
	if (verb->arguments && *verb->arguments)
		man_font(to, " ", 'I', verb->arguments);
	fputs("\n", to);
	if (*about)
		fputs(".SH DESCRIPTION\n", to);
	man_lines(to, true, ".PP\n", about);
}

void option_man(const struct option_verb *verb, FILE *to)
{
	const struct field *row;

	man_head(verb, to);
	fputs(".SH OPTIONS\n", to);
	for (size_t i = 0; (row = row_at(verb, i)); i++)
		man_row(to, row);
	if (verb->exit_codes) {
		fputs(".SH EXIT STATUS\n", to);
		man_lines(to, true, ".br\n", verb->exit_codes);
	}
	if (verb->examples) {
		fputs(".SH EXAMPLES\n.nf\n", to);
		man_lines(to, false, "", verb->examples);
		fputs(".fi\n", to);
	}
}
