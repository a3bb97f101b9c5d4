/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grades of many trials in few words. */
#ifndef POOLRIG_RIG_RESULT_GRADE_H
#define POOLRIG_RIG_RESULT_GRADE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rig/result/pattern.h"

struct result;

#define GRADE_DIMENSIONS_MAX 8
#define GRADE_REASONS_MAX    48

/* Why one dimension is at one level: its sentences over all trials, each once, with the range of
 * the numbers in it. */
struct grade_reasons {
	const char *dimension; /* borrowed */
	char level;
	size_t trials;
	bool one_wish, one_grant; /* the same for all but for numbers */
	struct pattern asked, granted;
	size_t count, more; /* `more`: sentences that found no room */
	struct pattern reasons[GRADE_REASONS_MAX];
};

/* The worse of two levels: 'C' is worse than 'B', that than 'A'; '-' only where there is no letter;
 * '?' where there is nothing. */
char grade_worse(char a, char b);

/* Fill dimensions, levels, grades, and each variant's worst levels: of its valid trials, or of all
 * of them where none is. Called by result_init(). */
int grade_gather(struct result *result, struct error *err);

#endif
