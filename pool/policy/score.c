/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/policy/score.h"

static void integrate(struct pool_scaling_score *s, int64_t at_ns)
{
	double length = (double)(at_ns - s->at_ns);

	s->needed += length * s->need;
	if (s->capacity > s->need)
		s->over += length * (s->capacity - s->need);
	s->at_ns = at_ns;
}

static void end_spell(struct pool_scaling_score *s, int64_t at_ns, bool met)
{
	int64_t length = at_ns - s->short_since_ns;
	int64_t *longest = met ? &s->reaction_ns : &s->unmet_ns;

	*(met ? &s->spells : &s->unmet) += 1;
	if (length > *longest)
		*longest = length;
	s->is_short = false;
}

void pool_scaling_score_step(struct pool_scaling_score *s, int64_t at_ns, unsigned need,
			     unsigned capacity)
{
	if (!s->begun)
		s->begin_ns = s->at_ns = at_ns;
	s->begun = true;
	integrate(s, at_ns);
	s->need = need;
	s->capacity = capacity;
	if (need > s->need_peak)
		s->need_peak = need;
	if (capacity > s->capacity_peak)
		s->capacity_peak = capacity;
	if (capacity >= need) {
		if (s->is_short)
			end_spell(s, at_ns, capacity >= s->short_need);
		return;
	}
	if (!s->is_short) {
		s->is_short = true;
		s->short_since_ns = at_ns;
		s->short_need = 0;
	}
	if (need > s->short_need)
		s->short_need = need;
}

void pool_scaling_score_end(struct pool_scaling_score *s, int64_t at_ns)
{
	integrate(s, at_ns);
	if (s->is_short)
		end_spell(s, at_ns, false);
}

double pool_scaling_score_over(const struct pool_scaling_score *s)
{
	return s->needed > 0 ? 100 * s->over / s->needed : -1;
}

double pool_scaling_score_over_peak(const struct pool_scaling_score *s)
{
	double peak = s->need_peak;

	return peak > 0 ? 100 * ((double)s->capacity_peak - peak) / peak : -1;
}
