/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/grade.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/report/pattern.h"

static const struct grade_line *line_of(const struct trial_record *trial, const char *dimension)
{
	for (size_t i = 0; i < trial->grades_count; i++)
		if (strcmp(trial->grades[i].dimension, dimension) == 0)
			return &trial->grades[i];
	return NULL;
}

char grade_worse(char a, char b)
{
	static const char order[] = "?-ABC";
	const char *x = strchr(order, a), *y = strchr(order, b);

	/* A level that this program does not know is shown, not hidden. */
	if (!x || !y)
		return x ? b : a;
	return x > y ? a : b;
}

static char worst(const struct report *report, const char *variant, const char *dimension,
		  bool only_ok)
{
	char level = '?';

	for (size_t i = 0; i < report->view->trials_count; i++) {
		const struct trial_record *trial = &report->view->trials[i];
		const struct grade_line *line = line_of(trial, dimension);

		if (line && strcmp(trial->variant, variant) == 0 &&
		    (!only_ok || trial->outcome == TRIAL_OK))
			level = grade_worse(level, line->level);
	}
	return level;
}

char grade_worst(const struct report *report, const char *variant, const char *dimension)
{
	char level = worst(report, variant, dimension, true);

	return level == '?' ? worst(report, variant, dimension, false) : level;
}

size_t grade_dimensions(const struct report *report, const char *names[GRADE_DIMENSIONS_MAX])
{
	size_t count = 0;

	for (size_t t = 0; t < report->view->trials_count; t++) {
		const struct trial_record *trial = &report->view->trials[t];

		for (size_t i = 0; i < trial->grades_count; i++) {
			const char *name = trial->grades[i].dimension;
			size_t k = 0;

			while (k < count && strcmp(names[k], name) != 0)
				k++;
			if (k == count && count < GRADE_DIMENSIONS_MAX)
				names[count++] = name;
		}
	}
	return count;
}

/* Why one dimension is at one level: its sentences over all trials. */
#define REASONS_MAX 48
struct why {
	const char *dimension;
	char level;
	size_t trials;
	bool one_wish, one_grant; /* the same for all but for numbers */
	struct pattern asked, granted;
	size_t reasons_count, more; /* `more`: sentences that found no room */
	struct pattern reasons[REASONS_MAX];
};

static void add_reason(struct why *why, const char *sentence, size_t len)
{
	struct pattern p;

	pattern_init(&p, sentence, len);
	for (size_t i = 0; i < why->reasons_count; i++)
		if (pattern_add(&why->reasons[i], &p))
			return;
	if (why->reasons_count < REASONS_MAX)
		why->reasons[why->reasons_count++] = p;
	else
		why->more++;
}

/* The sentences of a reason are joined by "; ". */
static void add_reasons(struct why *why, const char *text)
{
	while (*text) {
		const char *end = strstr(text, "; ");
		size_t len = end ? (size_t)(end - text) : strlen(text);

		if (len)
			add_reason(why, text, len);
		text += len + (end ? 2 : 0);
	}
}

static void add_line(struct why *why, const struct grade_line *line)
{
	struct pattern asked, granted;

	pattern_init(&asked, line->asked, strlen(line->asked));
	pattern_init(&granted, line->granted, strlen(line->granted));
	if (why->trials++ == 0) {
		why->asked = asked;
		why->granted = granted;
		why->one_wish = why->one_grant = true;
	} else {
		why->one_wish &= pattern_add(&why->asked, &asked);
		why->one_grant &= pattern_add(&why->granted, &granted);
	}
	add_reasons(why, line->reason[0] ? line->reason : "no reason given");
}

static void print_head(const struct report *report, const struct style *style,
		       const struct why *why)
{
	const char *between = style->utf8 ? "…" : "..";
	char asked[512], granted[512], dimension[16], text[1200];
	int at;

	text_clean(why->dimension, style->utf8, dimension, sizeof(dimension));
	at = fprintf(style->to, "  %s ", dimension);
	pattern_text(&why->asked, between, asked, sizeof(asked));
	pattern_text(&why->granted, between, granted, sizeof(granted));
	snprintf(text, sizeof(text), "%c, %zu of %zu trials; asked: %s; granted: %s", why->level,
		 why->trials, report->view->trials_count,
		 !why->one_wish ? "not the same in all of them"
		 : asked[0]     ? asked
				: "nothing",
		 !why->one_grant ? "not the same in all of them"
		 : granted[0]    ? granted
				 : "nothing");
	text_fold(style, at, 6, text);
}

static void print_why(const struct report *report, const struct style *style, const struct why *why)
{
	print_head(report, style, why);
	for (size_t i = 0; i < why->reasons_count; i++) {
		const struct pattern *p = &why->reasons[i];
		char text[1024], some[64] = "";

		if (p->count < why->trials)
			snprintf(some, sizeof(some), " (%zu of %zu)", p->count, why->trials);
		pattern_text(p, style->utf8 ? "…" : "..", text, sizeof(text) - sizeof(some));
		strcat(text, some);
		fputs("    - ", style->to);
		text_fold(style, 6, 6, text);
	}
	if (why->more)
		fprintf(style->to, "    - and %zu more, which `show --trial N` has\n", why->more);
}

/* The levels that need a reason, the worst first; a level that is not known is one of them. */
static bool next_level(const struct report *report, const char *dimension, char after, char *level)
{
	bool found = false;

	for (size_t t = 0; t < report->view->trials_count; t++) {
		const struct grade_line *line = line_of(&report->view->trials[t], dimension);

		if (!line || line->level == 'A' || (after && line->level >= after))
			continue;
		if (!found || line->level > *level)
			*level = line->level;
		found = true;
	}
	return found;
}

static int print_dimension(const struct report *report, const struct style *style,
			   const char *dimension, bool *any, struct error *err)
{
	char level = 0;

	while (next_level(report, dimension, level, &level)) {
		cleanup_free struct why *why = calloc(1, sizeof(*why));

		if (!why)
			return error_host(err, ENOMEM, "no memory for the grades");
		why->dimension = dimension;
		why->level = level;
		for (size_t t = 0; t < report->view->trials_count; t++) {
			const struct grade_line *line =
			    line_of(&report->view->trials[t], dimension);

			if (line && line->level == level)
				add_line(why, line);
		}
		if (!*any)
			fputs("\nWhy the grades are not A\n", style->to);
		*any = true;
		print_why(report, style, why);
	}
	return 0;
}

int grade_print(const struct report *report, const struct style *style, struct error *err)
{
	const char *names[GRADE_DIMENSIONS_MAX];
	size_t dimensions = grade_dimensions(report, names);
	bool any = false;

	for (size_t d = 0; d < dimensions; d++)
		if (print_dimension(report, style, names[d], &any, err) < 0)
			return -1;
	return 0;
}
