/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>

#include "base/clock.h"
#include "base/own.h"
#include "rig/plan/schedule.h"

/* A stretch of time in which the rate goes evenly from one value to another. Products of the two
 * (tasks a second times nanoseconds) are kept as they are: with whole rates all are whole or half,
 * and a long double holds them exactly up to BURST_ARRIVALS_MAX tasks. */
struct piece {
	long double ns, from, to;
};

struct pieces {
	struct piece of[4];
};

static struct pieces pieces_of(const struct load_spec *load)
{
	const struct burst_spec *burst = &load->burst;
	int64_t before = load->warmup_ns + burst->at_ns;
	int64_t after = load->measure_ns - burst->at_ns - burst->rise_ns - burst->hold_ns;
	long double rate = load->rate, peak = burst->peak;

	return (struct pieces){{
	    {(long double)before, rate, rate},
	    {(long double)burst->rise_ns, rate, peak},
	    {(long double)burst->hold_ns, peak, peak},
	    {(long double)after, rate, rate},
	}};
}

/* n(s), times NS_PER_S. */
static long double due_in(const struct piece *p, long double s)
{
	if (s <= 0)
		return 0;
	return p->from * s + (p->to - p->from) / 2 * s * (s / p->ns);
}

/* s(n), of n times NS_PER_S. */
static long double time_of(const struct piece *p, long double n)
{
	long double steeper = 2 * n * (p->to - p->from);

	if (n <= 0)
		return 0;
	return 2 * n / (p->from + sqrtl(p->from * p->from + steeper / p->ns));
}

long double burst_due(const struct load_spec *load, int64_t until_ns)
{
	struct pieces pieces = pieces_of(load);
	long double left = (long double)until_ns, due = 0;

	for (size_t i = 0; i < ARRAY_SIZE(pieces.of); i++) {
		due += due_in(&pieces.of[i], fminl(left, pieces.of[i].ns));
		left -= pieces.of[i].ns;
	}
	return due / (long double)NS_PER_S;
}

/* A rate such as 0.3 is not a binary number, and 0.3 a second for 10 s must still make 3: what a
 * rate's last bit adds counts. */
long double burst_count(const struct load_spec *load)
{
	return floorl(burst_due(load, load->warmup_ns + load->measure_ns) * (1 + DBL_EPSILON));
}

uint64_t burst_instant(const struct load_spec *load, uint64_t i)
{
	struct pieces pieces = pieces_of(load);
	long double left = (long double)i * (long double)NS_PER_S, before = 0;
	size_t at = 0;

	for (; at + 1 < ARRAY_SIZE(pieces.of); at++) {
		long double all = due_in(&pieces.of[at], pieces.of[at].ns);

		if (left < all)
			break;
		left -= all;
		before += pieces.of[at].ns;
	}
	return (uint64_t)llroundl(before + time_of(&pieces.of[at], left));
}
