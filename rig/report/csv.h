/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run as CSV: fields quoted as RFC 4180 says, lines ended by "\n", a header line first. What is
 * not known is an empty field. */
#ifndef POOLRIG_RIG_REPORT_CSV_H
#define POOLRIG_RIG_REPORT_CSV_H

#include <stdio.h>

#include "base/error.h"
#include "rig/report/report.h"

/* A row a trial, a column a metric (by its dotted name), and a last column that gives the reason
 * for each that is empty. */
int csv_trials(const struct report *report, FILE *to, struct error *err);

/* A row a sample, a column a counter, read from the store as they are printed. Whether the stream
 * took it is the caller's to ask. */
int csv_samples(struct store *store, const char *run_id, FILE *to, struct error *err);

#endif
