/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All that is known of one trial as a flat list of metrics: those that it stored (counters and
 * gauges of the workload among them, summed up by the trial), and those made of the workload's
 * histograms. docs/result.md says what each means.
 */
#ifndef POOLRIG_RIG_STATS_SUMMARY_H
#define POOLRIG_RIG_STATS_SUMMARY_H

#include <stdint.h>

#include "base/error.h"
#include "base/hdr.h"
#include "rig/record/trial_record.h"

/*
 * Fill the metrics of `out` (initialised by this, destroyed by the caller; nothing else of it is
 * used) from `trial`. A histogram record NAME becomes NAME_seconds.{count,mean,p50,p90,p99,p999,
 * max}, from its intervals merged; those that the table of metrics promises are always there,
 * unknown where the workload sent none. A metric that the trial stored under the same name wins.
 * The window begins at warmup_ns after the start instant (metric_of.h).
 */
int summary_init(struct trial_record *out, const struct trial_record *trial, int64_t warmup_ns,
		 struct error *err);

/* A metric of a summary, or NULL. What was summed up as a whole to unknown ("sojourn_seconds")
 * answers for its parts ("sojourn_seconds.p99"). */
const struct metric *summary_find(const struct trial_record *summary, const char *name);
/* Why a metric is not known. Borrowed. */
const char *summary_why_unknown(const struct metric *metric);

/* One histogram of a trial, its intervals in the window merged. `sum` is initialised by this and
 * destroyed by the caller, also after an error. ERROR_INPUT: there is none, or it is empty. */
int summary_histogram(struct hdr *sum, const struct trial_record *trial, const char *name,
		      int64_t warmup_ns, struct error *err);

/* In the unit that `scale` makes of the histogram's (1e-9: nanoseconds into seconds). */
struct latency {
	int64_t count; /* 0: the rest is 0 and means nothing */
	double mean;
	double p50, p90, p99, p999;
	double max;
};

/*
 * A quantile is HdrHistogram's: the highest value equivalent to the smallest recorded one that at
 * least that share of all values does not exceed (the inverse of the empirical distribution,
 * definition 1 of Hyndman and Fan 1996, rounded up within a bucket). Nothing is interpolated.
 */
struct latency latency_of(const struct hdr *h, double scale);

#endif
