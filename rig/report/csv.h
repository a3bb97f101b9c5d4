/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run as CSV (RFC 4180, lines end in a plain newline). docs/result.md is its contract. */
#ifndef POOLRIG_RIG_REPORT_CSV_H
#define POOLRIG_RIG_REPORT_CSV_H

#include <stdio.h>

#include "rig/result/result.h"

/* A header, and a row a trial. */
void csv_trials(const struct result *result, FILE *to);

/* The header of samples, and a row a sample: for store_each_sample(), `arg` is the stream. */
void csv_samples_head(FILE *to);
int csv_sample(const struct sample_view *row, void *arg);

#endif
