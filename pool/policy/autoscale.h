/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Autoscaling: from what was seen of a pool at each tick, the capacity that it should have. The
 * owner calls the tick, from whatever thread it has for that (there is none in here), and hands the
 * result to pool_tune(). The same code runs in the simulator (simulate.h).
 *
 * All rules want as many workers as are busy at a rate: by Little's law L = λ W (J. Little,
 * Operations Research 9, 1961), W being the mean service time, worker time per task completed in
 * the last 8 s (SERVICE_WINDOW_NS). They differ in the rate:
 *
 *   "none"        none: the capacity stays what it is
 *   "static60"    mean + k·σ of the rate over the last 60 s, k = sigmas
 *   "static30"    the same, 30 s. By Cantelli's inequality a rate is above its mean by k·σ for at
 *                 most 1/(1 + k²) of the time, 20 % for k = 2, however it is distributed
 *   "two-scale"   the same, over 60 s while the rate is calm and over 8 s in a burst:
 *
 *                     calm ── excess over 60 s > bound ──→ burst
 *                      ↑                                     │
 *                      └──── excess over 60 s ≤ bound / 2 ───┘
 *
 *                 where excess is the variance beyond that of Poisson arrivals (history.h)
 *   "predictive"  the highest that Holt and Winters' predictor (trend.h) forecasts for
 *                 the next tick and lead_ns after it, plus one standard deviation of its errors
 *   "little"      λ over the last second, and the tasks that wait, to be done within drain_ns:
 *                 R = (λ + Q / drain) W, and R + β·√R workers, β = 1: the square-root staffing of
 *                 S. Halfin and W. Whitt, Operations Research 29, 1981
 *
 * What they want is bounded by min and max. Up it goes at once, by step_up at most a tick; down by
 * step_down at most, and not within cool_down_ns after any change. Where there are no completed
 * tasks yet, W is service_ns; where that is 0, the capacity stays.
 *
 * Threads: one at a time. Memory: about 40 bytes a tick of 60 s, once.
 */
#ifndef POOLRIG_POOL_POLICY_AUTOSCALE_H
#define POOLRIG_POOL_POLICY_AUTOSCALE_H

#include <stdint.h>

#include "pool/language.h"
#include "pool/pool.h"
#include "pool/policy/history.h"
#include "pool/policy/trend.h"

POOL_C_BEGIN

struct pool_autoscale_options {
	unsigned initial;            /* capacity when it begins */
	unsigned min, max;           /* 1 or more; max not below min */
	unsigned step_up, step_down; /* workers a tick; 0: any number */
	int64_t cool_down_ns;
	int64_t tick_ns;    /* how often the owner means to call; 1 ms to 10 s */
	int64_t service_ns; /* a first guess of W; 0: none */
	double sigmas;      /* k */
	double bound;       /* two-scale */
	int64_t lead_ns;    /* predictive: not below 0 */
	int64_t season_ns;  /* predictive: a multiple of tick_ns; 0: no season */
	int64_t drain_ns;   /* little: above 0 */
};

#define POOL_AUTOSCALE_OPTIONS_INIT                                                                \
	{                                                                                          \
		.initial = 1, .min = 1, .max = 1000, .cool_down_ns = INT64_C(2000000000),          \
		.tick_ns = INT64_C(100000000), .sigmas = 2, .bound = 0.05,                         \
		.lead_ns = INT64_C(500000000), .drain_ns = INT64_C(1000000000)                     \
	}

enum pool_autoscale_mood { POOL_AUTOSCALE_CALM, POOL_AUTOSCALE_BURST };

struct pool_autoscaler;

struct pool_autoscale_ops {
	const char *name;
	int64_t window_ns; /* of the static ones */
	/* Workers that it wants, as a real number; negative: whatever there is. service is W in s.
	 */
	double (*want)(struct pool_autoscaler *a, double service);
};

/* What can be read of it at any time between ticks. */
struct pool_autoscale_state {
	unsigned capacity;             /* that the last tick said */
	double wanted;                 /* before bounds and limits; negative: nothing */
	double service_ns;             /* W; negative: not known */
	enum pool_autoscale_mood mood; /* two-scale */
	uint64_t ticks, ups, downs;    /* changes of the capacity */
	uint64_t mood_changes;
	int64_t changed_ns; /* the last change; INT64_MIN: none yet */
};

struct pool_autoscaler {
	const struct pool_autoscale_ops *ops;
	struct pool_autoscale_options options;
	struct pool_load_history history;
	struct pool_trend trend;
	struct pool_autoscale_state state;
};

/* The names, NULL-terminated. */
const char *const *pool_autoscale_names(void);

/* Returns 0, EINVAL (no such name; an option out of its range), ENOMEM. */
int pool_autoscale_init(struct pool_autoscaler *a, const char *name,
			const struct pool_autoscale_options *options);
void pool_autoscale_destroy(struct pool_autoscaler *a); /* takes a zeroed struct, too */

/* One tick. Returns the capacity that the pool should have from now on. */
unsigned pool_autoscale_tick(struct pool_autoscaler *a, const struct pool_load_sample *sample);

/* From a pool's counters to the next sample after *last (zeroed at first): a worker that is not
 * idle at a tick counts as busy since the last one. */
void pool_autoscale_observe(const struct pool_stats *stats, int64_t at_ns,
			    struct pool_load_sample *last);

POOL_C_END

#endif
