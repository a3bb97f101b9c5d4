/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which metric a workload's record becomes, and whether it is of the window: the same for what sums
 * records up in the trial and for what merges histograms in a report. Pure functions. */
#ifndef POOLRIG_RIG_RECORD_METRIC_OF_H
#define POOLRIG_RIG_RECORD_METRIC_OF_H

#include <stdbool.h>
#include <stdint.h>

#include "rig/record/trial_record.h"

/* How many seconds one of a record's unit is ("ns": 1e-9). 0: it is no unit of time. */
double metric_seconds_of(const char *unit);

/* The metric's name, and the factor that makes its unit of the record's: "sojourn" in ns is
 * "sojourn_seconds", by 1e-9; what is not a time keeps its name, by 1. */
double metric_of(const struct workload_record *w, char name[64]);

/* The middle of its interval, of any two instants. */
int64_t metric_middle_ns(const struct workload_record *w);

/* Is its middle not before the end of the warm-up? The window has no end here: a task that was due
 * in it and done late is recorded late, and leaving it out would flatter the pool. */
bool metric_in_window(const struct workload_record *w, int64_t warmup_ns);

#endif
