/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All that is known of one trial as a flat list of metrics: those that it stored, and those summed
 * up from the workload's records. docs/result.md says what each means.
 */
#ifndef POOLRIG_RIG_REPORT_SUMMARY_H
#define POOLRIG_RIG_REPORT_SUMMARY_H

#include <stdint.h>

#include "base/error.h"
#include "rig/record/trial_record.h"

/*
 * Fill the metrics of `out` (initialised by this, destroyed by the caller; nothing else of it is
 * used) from `trial`. A histogram record NAME becomes NAME_seconds.{count,mean,p50,p90,p99,p999,
 * max}, from its intervals merged; start_latency, sojourn and generator_lateness are always there,
 * unknown where the workload sent none. A counter is the sum of its intervals, a gauge its last
 * value; a metric that the trial stored under the same name wins.
 *
 * The window begins at warmup_ns after the start instant: an interval belongs to it whose middle
 * is not before. It has no end here: a task that was due in the window and done late is recorded
 * late, and leaving it out would flatter the pool.
 */
int summary_init(struct trial_record *out, const struct trial_record *trial, int64_t warmup_ns,
		 struct error *err);

/* How many seconds one of a record's unit is ("ns": 1e-9). 0: it is no unit of time. */
double summary_seconds_of(const char *unit);

#endif
