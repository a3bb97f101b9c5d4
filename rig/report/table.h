/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run on a terminal: what was compared, a row a metric and a column a variant, what disturbed it,
 * and why the grades are not A. */
#ifndef POOLRIG_RIG_REPORT_TABLE_H
#define POOLRIG_RIG_REPORT_TABLE_H

#include "base/error.h"
#include "rig/report/report.h"
#include "rig/report/text.h"

int table_print(const struct report *report, const struct style *style, struct error *err);

/* The same for one trial, all that is stored of it but samples: every attempt at that position.
 * ERROR_INPUT where there is no such trial. In trial_text.c. */
int trial_text_print(const struct report *report, int position, const struct style *style,
		     struct error *err);

/* All runs of a store, a line each. In list_text.c. */
void list_text_print(const struct run_summary *runs, size_t count, const struct style *style);

#endif
