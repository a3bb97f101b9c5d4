/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands above and below a run's table. */
#ifndef POOLRIG_RIG_REPORT_TEXT_SECTIONS_H
#define POOLRIG_RIG_REPORT_TEXT_SECTIONS_H

#include "rig/report/text/style.h"
#include "rig/result/result.h"

/* Which run, what was loaded, in which cells, on what. `all`: with the start. */
void section_head(const struct result *result, bool all, const struct style *style);

/* Every trial that is not valid, those that ended alike in one line, and how many planned ones have
 * no record. */
void section_endings(const struct result *result, const struct style *style);

/* Each line of interference over all trials: its median, its worst trial and what that says. */
void section_interference(const struct result *result, const struct style *style);

/* "1.40 s", "1,203", "12 MiB": an amount of interference. Returns buf. */
const char *section_amount(const struct interference *i, double value, const struct style *style,
			   char *buf, size_t size);

/* Why the grades are not A. */
void section_grades(const struct result *result, const struct style *style);

#endif
