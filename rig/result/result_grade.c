/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rig/result/result.h"

const struct grade_line *grade_line_of(const struct trial_record *trial, const char *dimension)
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

static char worst(const struct result *result, const char *variant, const char *dimension,
		  bool only_valid)
{
	char level = '?';

	for (size_t i = 0; i < result->view->trials_count; i++) {
		const struct trial_record *trial = &result->view->trials[i];
		const struct grade_line *line = grade_line_of(trial, dimension);

		if (line && strcmp(trial->variant, variant) == 0 &&
		    (!only_valid || trial->outcome == TRIAL_OK))
			level = grade_worse(level, line->level);
	}
	return level;
}

static void add_reason(struct grade_reasons *why, const char *sentence, size_t len)
{
	struct pattern p;

	pattern_init(&p, sentence, len);
	for (size_t i = 0; i < why->count; i++)
		if (pattern_add(&why->reasons[i], &p))
			return;
	if (why->count < GRADE_REASONS_MAX)
		why->reasons[why->count++] = p;
	else
		why->more++;
}

/* The sentences of a reason are joined by "; ". */
static void add_reasons(struct grade_reasons *why, const char *text)
{
	while (*text) {
		const char *end = strstr(text, "; ");
		size_t len = end ? (size_t)(end - text) : strlen(text);

		if (len)
			add_reason(why, text, len);
		text += len + (end ? 2 : 0);
	}
}

static void add_line(struct grade_reasons *why, const struct grade_line *line)
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

/* The levels that need a reason, the worst first; a level that is not known is one of them. */
static bool next_level(const struct result *result, const char *dimension, char after, char *level)
{
	bool found = false;

	for (size_t t = 0; t < result->view->trials_count; t++) {
		const struct grade_line *line = grade_line_of(&result->view->trials[t], dimension);

		if (!line || line->level == 'A' || (after && line->level >= after))
			continue;
		if (!found || line->level > *level)
			*level = line->level;
		found = true;
	}
	return found;
}

static int gather_level(struct result *result, const char *dimension, char level, struct error *err)
{
	struct grade_reasons *grown =
	    reallocarray(result->grades, result->grades_count + 1, sizeof(*grown));

	if (!grown)
		return error_host(err, ENOMEM, "no memory for the grades");
	result->grades = grown;
	grown += result->grades_count++;
	*grown = (struct grade_reasons){.dimension = dimension, .level = level};
	for (size_t t = 0; t < result->view->trials_count; t++) {
		const struct grade_line *line = grade_line_of(&result->view->trials[t], dimension);

		if (line && line->level == level)
			add_line(grown, line);
	}
	return 0;
}

static int gather_dimension(struct result *result, size_t d, struct error *err)
{
	const char *dimension = result->dimensions.list[d];
	char level = 0;

	result->levels[d] = '?';
	for (size_t v = 0; v < result->variants_count; v++) {
		struct result_variant *variant = &result->variants[v];
		char *grade = &variant->grades[d];

		*grade = worst(result, variant->name, dimension, true);
		if (*grade == '?')
			*grade = worst(result, variant->name, dimension, false);
		result->levels[d] = grade_worse(result->levels[d], *grade);
	}
	while (next_level(result, dimension, level, &level))
		if (gather_level(result, dimension, level, err) < 0)
			return -1;
	return 0;
}

int grade_gather(struct result *result, struct error *err)
{
	for (size_t t = 0; t < result->view->trials_count; t++) {
		const struct trial_record *trial = &result->view->trials[t];

		for (size_t i = 0; i < trial->grades_count; i++)
			if (names_add(&result->dimensions, trial->grades[i].dimension, err) < 0)
				return -1;
	}
	if (result->dimensions.count > GRADE_DIMENSIONS_MAX)
		result->dimensions.count = GRADE_DIMENSIONS_MAX;
	for (size_t d = 0; d < result->dimensions.count; d++)
		if (gather_dimension(result, d, err) < 0)
			return -1;
	return 0;
}
