/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of a histogram of durations. Pure functions. */
#ifndef POOLRIG_RIG_STATS_LATENCY_H
#define POOLRIG_RIG_STATS_LATENCY_H

#include <stdint.h>

#include "base/hdr.h"

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
