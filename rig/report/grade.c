/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/grade.h"

#include <stdbool.h>
#include <string.h>

static const struct grade_line *line_of(const struct trial_record *trial, const char *dimension)
{
	for (size_t i = 0; i < trial->grades_count; i++)
		if (strcmp(trial->grades[i].dimension, dimension) == 0)
			return &trial->grades[i];
	return NULL;
}

static char worse(char a, char b)
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
			level = worse(level, line->level);
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

static bool same(const struct grade_line *a, const struct grade_line *b)
{
	return a->level == b->level && strcmp(a->dimension, b->dimension) == 0 &&
	       strcmp(a->asked, b->asked) == 0 && strcmp(a->granted, b->granted) == 0 &&
	       strcmp(a->reason, b->reason) == 0;
}

/* How many trials have this very line; 0 where an earlier trial than `first` has it. */
static size_t count_same(const struct report *report, const struct grade_line *line, size_t first)
{
	size_t count = 0;

	for (size_t t = 0; t < report->view->trials_count; t++) {
		const struct grade_line *other = line_of(&report->view->trials[t], line->dimension);

		if (!other || !same(line, other))
			continue;
		if (t < first)
			return 0;
		count++;
	}
	return count;
}

static void print_line(const struct report *report, const struct style *style,
		       const struct grade_line *line, size_t count)
{
	bool differ = line->asked[0] && strcmp(line->asked, line->granted) != 0;
	char head[64], dimension[16], text[768];
	int at;

	text_clean(line->dimension, style->utf8, dimension, sizeof(dimension));
	snprintf(head, sizeof(head), "  %-11s %c  %zu of %zu trials: ", dimension, line->level,
		 count, report->view->trials_count);
	fputs(head, style->to);
	at = text_width(head);
	/* Asked and granted are often the same words, and then the reason says it all. */
	snprintf(text, sizeof(text), differ ? "%s (asked: %s; granted: %s)" : "%s",
		 line->reason[0] ? line->reason : "no reason given", line->asked,
		 line->granted[0] ? line->granted : "nothing");
	text_fold(style, at, 17, text);
}

void grade_print(const struct report *report, const struct style *style)
{
	const char *names[GRADE_DIMENSIONS_MAX];
	size_t dimensions = grade_dimensions(report, names);
	bool any = false;

	for (size_t d = 0; d < dimensions; d++) {
		for (size_t t = 0; t < report->view->trials_count; t++) {
			const struct grade_line *line = line_of(&report->view->trials[t], names[d]);
			size_t count;

			if (!line || line->level == 'A')
				continue;
			count = count_same(report, line, t);
			if (!count)
				continue;
			if (!any)
				fputs("\nWhy the grades are not A\n", style->to);
			any = true;
			print_line(report, style, line, count);
		}
	}
}
