/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schedule: the arrivals of a load, fixed before the trial, in a sealed memfd laid out as
 * base/protocol.h says. A pure function of the load and the seed but for the memfd. */
#ifndef POOLRIG_RIG_PLAN_SCHEDULE_H
#define POOLRIG_RIG_PLAN_SCHEDULE_H

#include <stdint.h>

#include "base/error.h"
#include "rig/plan/experiment.h"

/*
 * Make it; returns the memfd (owned by the caller, sealed against writing, growing and shrinking,
 * its offset at 0) or -1.
 *
 * A round has a whole number of arrivals and lasts a whole number of nanoseconds. Constant: the
 * shortest whole number of seconds up to ten in which a whole number of arrivals falls (one second
 * for a whole rate; a tenth of these above 2^20 a second), and then the rate is exact; where there
 * is none such (33.333 a second, or less than one in ten seconds), the time of the arrivals of
 * about one second, at least one. Poisson: about the whole of warm-up and window, but 2^18 arrivals
 * at most. The mean rate over a round of these is kept to half a nanosecond in the round: 5 parts
 * in 10^10 of one of 1 s, 5 in 10^7 of one of 1 ms. Burst: the whole of warm-up and window, 2^24
 * arrivals at most, each within half a nanosecond of where the formula below puts it.
 */
int schedule_make(const struct load_spec *load, uint64_t seed, struct error *err);

/*
 * A load that bursts: how many tasks have arrived by an instant, and when each arrives. Pure
 * functions of a load of which experiment_load() says that the burst ends within the window;
 * instants are nanoseconds from the trial's start, warm-up included.
 *
 * The rate r(t), in tasks a second, is `rate` but for the burst, which begins at a = warmup + at:
 *
 *   peak            ________
 *                  /        |
 *   rate  ________/         |_________
 *         0       a  a+rise  a+rise+hold   warmup+measure
 *
 * N(t), the integral of r from 0 to t, is the number of arrivals that are due by t: linear but for
 * the rise, s into which it has grown by
 *
 *   n(s) = rate * s + (peak - rate) / (2 * rise) * s^2
 *
 * Arrival i, from 0, is at the t where N(t) = i, as it is with a constant rate; in the rise, where
 * n arrivals of it are due, that is
 *
 *   s(n) = 2 * n / (rate + sqrt(rate^2 + 2 * n * (peak - rate) / rise))
 *
 * which is the quadratic's solution written so that nothing cancels, and n / rate where peak =
 * rate. Each instant is computed from i alone, so that no error adds up, and rounded to the nearest
 * nanosecond.
 */

/* Most arrivals of a burst's round, which is kept whole: 256 MiB of schedule. */
#define BURST_ARRIVALS_MAX (1 << 24)

/* The longest round that a workload takes (docs/protocol.md). */
#define BURST_ROUND_MAX_NS INT64_C(3600000000000)

/* N(until_ns), in tasks; until_ns from 0 to the end of the window. */
long double burst_due(const struct load_spec *load, int64_t until_ns);

/* Arrivals of the whole round, warm-up and window: the floor of the integral. */
long double burst_count(const struct load_spec *load);

/* The instant of arrival i, 0 <= i < burst_count(). */
uint64_t burst_instant(const struct load_spec *load, uint64_t i);

#endif
