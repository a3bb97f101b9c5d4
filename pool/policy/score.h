/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How well a capacity followed what was needed, in the simulator and live alike.
 *
 * - Need at an instant: rate of arrivals times mean service time, rounded up (Little's law).
 * - Reaction time: from the instant at which the capacity is below the need to the instant at which
 *   it is up to it again. The longest such spell counts. Where a spell ends because the need fell
 *   below the capacity that there was all along, or never ends, the need was not met, and there is
 *   no reaction time.
 * - Over-scaling: capacity above the need, integrated over time, in percent of the need's integral;
 *   and at its peak: the highest capacity above the highest need, in percent of that.
 *
 * For one thread.
 */
#ifndef POOLRIG_POOL_POLICY_SCORE_H
#define POOLRIG_POOL_POLICY_SCORE_H

#include <stdbool.h>
#include <stdint.h>

struct pool_scaling_score {
	int64_t begin_ns, at_ns; /* of the first step, of the last one */
	unsigned need, capacity; /* in force since at_ns */
	unsigned need_peak, capacity_peak;
	double over, needed; /* integrals so far, worker-ns */
	bool begun, is_short;
	int64_t short_since_ns;
	unsigned short_need; /* the highest of the spell */
	uint64_t spells;     /* that have ended in the need being met */
	uint64_t unmet;      /* that have ended otherwise, or not */
	int64_t reaction_ns; /* the longest of those met */
	int64_t unmet_ns;    /* the longest of the others */
};

/* From at_ns on this is needed and that is there. Begin with a zeroed struct. */
void pool_scaling_score_step(struct pool_scaling_score *s, int64_t at_ns, unsigned need,
			     unsigned capacity);

/* Nothing follows. */
void pool_scaling_score_end(struct pool_scaling_score *s, int64_t at_ns);

/* In percent; negative where nothing was needed. */
double pool_scaling_score_over(const struct pool_scaling_score *s);
double pool_scaling_score_over_peak(const struct pool_scaling_score *s);

/* Is there a reaction time? False: not needed (no spell at all), or not met (unmet > 0). */
static inline bool pool_scaling_score_reacted(const struct pool_scaling_score *s)
{
	return s->spells > 0 && s->unmet == 0;
}

#endif
