/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an autoscaler has seen of a pool, tick by tick, and what follows from it: the rate of
 * arrivals over a window, its variance, and the mean service time.
 *
 * A sample holds counters; two that follow each other make an interval, with a rate of its own. The
 * window of length w at time t is the intervals that end in (t - w, t]; the first of them may begin
 * before. Intervals are weighted by their length, for ticks may come late. For one thread.
 */
#ifndef POOLRIG_POOL_POLICY_HISTORY_H
#define POOLRIG_POOL_POLICY_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "pool/language.h"

POOL_C_BEGIN

/* A pool at one instant; counters since some beginning. */
struct pool_load_sample {
	int64_t at_ns;
	uint64_t offered;   /* tasks that arrived, refused ones too */
	uint64_t completed; /* tasks that ended, of those that ran */
	double busy_ns;     /* worker time spent in tasks */
	uint64_t queued;    /* now: tasks that wait */
};

struct pool_load_history {
	struct pool_load_sample *samples; /* owned; a ring */
	size_t size, count, first;
};

/* Of a window. Rates are a second. */
struct pool_load_moments {
	double mean;     /* arrivals by time; 0 where there is no interval */
	double variance; /* of the intervals' rates */
	/* By how much the arrivals of an interval vary more than those of a Poisson process do, as
	 * a part of their squared mean: (V - M) / M^2, V and M being variance and mean of the count
	 * of an interval. 0 for Poisson's, below for evenly spaced ones. (From the index of
	 * dispersion V / M; Cox and Lewis, The Statistical Analysis of Series of Events, 1966.) */
	double excess;
	size_t intervals;
};

/* Keeps `size` samples, 2 or more; where more come, the oldest are forgotten. 0, EINVAL, ENOMEM. */
int pool_load_history_init(struct pool_load_history *h, size_t size);
void pool_load_history_destroy(struct pool_load_history *h); /* takes a zeroed struct, too */

/* Not earlier than the last one; one of the same instant takes its place. */
void pool_load_history_add(struct pool_load_history *h, const struct pool_load_sample *sample);

/* At the last sample's time. */
void pool_load_history_moments(const struct pool_load_history *h, int64_t window_ns,
			       struct pool_load_moments *out);

/* The mean service time in ns by Little's law, W = L / X: worker time spent by tasks completed in
 * the window. Negative where none was completed. */
double pool_load_history_service(const struct pool_load_history *h, int64_t window_ns);

POOL_C_END

#endif
