/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Traffic for the simulator: arrivals with their service times, and how many workers are needed at
 * each time. It is made from a rate over time and a seed, or taken from a list.
 */
#ifndef POOLRIG_POOL_POLICY_TRAFFIC_H
#define POOLRIG_POOL_POLICY_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool_arrival {
	int64_t at_ns, service_ns; /* from the beginning, not before the one before it */
};

struct pool_traffic {
	struct pool_arrival *arrivals; /* owned */
	size_t count;
	int64_t length_ns;
	unsigned *needs; /* owned: workers needed in each step of time, ceil(rate · mean service) */
	size_t steps;
	int64_t step_ns;
};

#define POOL_TRAFFIC_MAX_ARRIVALS ((size_t)1 << 24)
#define POOL_TRAFFIC_MAX_STEPS    ((size_t)1 << 22)

/* A rate over time: `rate`, with a wave and bursts on top of it. */
struct pool_traffic_shape {
	double rate;              /* arrivals a second, above 0 */
	double wave;              /* amplitude of a sine, as a part of the rate: 0 to 1 */
	int64_t period_ns;        /* of the wave; above 0 where there is one */
	double peak;              /* of bursts, not below rate; 0: none */
	int64_t at_ns;            /* the first begins */
	int64_t rise_ns, hold_ns; /* evenly up to the peak, stay there, and back at once */
	int64_t every_ns;         /* the next burst begins so long after; 0: there is one only */
	int64_t length_ns;        /* above 0 */
	int64_t service_ns;       /* mean, above 0 */
	bool poisson;             /* exponential gaps; else evenly spaced */
	bool exponential_service; /* else all take the same time */
	uint64_t seed;
	int64_t step_ns; /* of needs, above 0 */
};

/* The rate at a time. */
double pool_traffic_rate(const struct pool_traffic_shape *shape, int64_t at_ns);

/*
 * Make it. Arrival i is where the rate's integral is i + 1 (evenly spaced), or the sum of i + 1
 * exponential numbers of mean 1 (Poisson; Cinlar, Introduction to Stochastic Processes, 1975,
 * chapter 4: time is stretched so that the rate is 1). The integral is taken in steps of a
 * millisecond, with the rate of its middle.
 * Returns 0, EINVAL (a value out of range), EFBIG (too many arrivals or steps), ENOMEM.
 */
int pool_traffic_make(struct pool_traffic *t, const struct pool_traffic_shape *shape);

/* Take a list, which is copied. Needs are by pool_traffic_need_of(). Returns as
 * pool_traffic_make(); EINVAL: not sorted, or a negative time.
 */
int pool_traffic_take(struct pool_traffic *t, const struct pool_arrival *arrivals, size_t count,
		      int64_t length_ns, int64_t step_ns);

void pool_traffic_destroy(struct pool_traffic *t); /* takes a zeroed struct, too */

/* Workers that `count` arrivals of one step need, their service times being service_ns together:
 * all but one of them, as whose spacing lies across the step's end; one at least where there is
 * any. */
unsigned pool_traffic_need_of(uint64_t count, double service_ns, int64_t step_ns);

/* Workers needed at a time. */
unsigned pool_traffic_need(const struct pool_traffic *t, int64_t at_ns);

#endif
