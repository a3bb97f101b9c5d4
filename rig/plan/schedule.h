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
 * at most. The mean rate over a round of these is kept to 2 parts in 10^8, up to a million a second
 * to 2 in 10^9. Burst: the whole of warm-up and window, 2^24 arrivals at most, each within half a
 * nanosecond of where burst.h's formula puts it.
 */
int schedule_make(const struct load_spec *load, uint64_t seed, struct error *err);

#endif
