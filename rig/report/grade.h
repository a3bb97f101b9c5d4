/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grades of many trials in few words. */
#ifndef POOLRIG_RIG_REPORT_GRADE_H
#define POOLRIG_RIG_REPORT_GRADE_H

#include "rig/report/report.h"
#include "rig/report/text.h"

/* The worst level of a dimension over the ok trials of a variant (over all of them where none is
 * ok): 'C' is worse than 'B', that than 'A'; '-' only where no trial has a letter; '?' where none
 * has that dimension. */
char grade_worst(const struct report *report, const char *variant, const char *dimension);

/* The worse of two levels. */
char grade_worse(char a, char b);

/* The dimensions of the run in the order of first appearance. Returns how many (at most max). */
#define GRADE_DIMENSIONS_MAX 8
size_t grade_dimensions(const struct report *report, const char *names[GRADE_DIMENSIONS_MAX]);

/* The section "why the grades are not A": each sentence once, over all trials, with the range of
 * the numbers in it. */
int grade_print(const struct report *report, const struct style *style, struct error *err);

#endif
