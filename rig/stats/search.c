/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/search.h"

#include <math.h>

/* By what the ramp multiplies. */
#define RAMP 2.0

/* Rates are written with so many digits: more would say what no trial can tell. Two rates that are
 * one hundredth apart (the finest resolution) are still different ones. */
#define DIGITS 4

/* What is known of one rate. */
enum verdict { OPEN, HELD, BROKE, UNOFFERED };

void search_init(struct search *s, const struct search_rules *rules)
{
	*s = (struct search){.rules = *rules};
}

static enum verdict verdict_of(const struct search *s, const struct search_rate *r)
{
	int needed = s->rules.confirm > 1 ? 2 : 1;

	if (r->broke >= needed || (r->broke && !r->first_broke))
		return BROKE;
	if (r->voided > s->rules.retries)
		return UNOFFERED;
	if (r->held && (!r->first_broke || r->held >= needed))
		return HELD;
	return OPEN;
}

/* The lowest rate that is none to be held, the highest below it that held, and one whose verdict
 * is open. NULL: none. */
struct borders {
	const struct search_rate *open, *low, *high;
};

static struct borders borders_of(const struct search *s)
{
	struct borders b = {0};

	for (size_t i = 0; i < s->rates_count; i++) {
		const struct search_rate *r = &s->rates[i];
		enum verdict verdict = verdict_of(s, r);

		if (verdict == OPEN)
			b.open = r;
		else if (verdict != HELD && (!b.high || r->rate < b.high->rate))
			b.high = r;
	}
	for (size_t i = 0; i < s->rates_count; i++) {
		const struct search_rate *r = &s->rates[i];

		if (verdict_of(s, r) == HELD && (!b.high || r->rate < b.high->rate) &&
		    (!b.low || r->rate > b.low->rate))
			b.low = r;
	}
	return b;
}

static double rounded(double rate)
{
	double step = pow(10, floor(log10(rate)) - (DIGITS - 1));

	/* Whole steps of a power of ten below 1 are no binary numbers: divided, not multiplied. */
	return step < 1 ? round(rate / step) / round(1 / step) : round(rate / step) * step;
}

/* A rate between the borders where they are further apart than they may be; else false. */
static bool between(const struct search *s, double low, double high, double *rate)
{
	if (high / low <= 1 + s->rules.resolution)
		return false;
	*rate = rounded(sqrt(low * high));
	return *rate > low && *rate < high;
}

static bool given_up(const struct search *s)
{
	return s->rates_count == SEARCH_RATES_MAX || s->trials >= SEARCH_TRIALS_MAX;
}

/* The next rate by the answers alone. */
static bool wanted(const struct search *s, double *rate)
{
	struct borders b = borders_of(s);

	if (s->failed)
		return false;
	if (!s->rates_count) {
		*rate = s->rules.from;
		return true;
	}
	if (b.open) {
		*rate = b.open->rate;
		return true;
	}
	if (!b.low)
		return false;
	if (!b.high && b.low->rate < s->rules.to) {
		*rate = fmin(b.low->rate * RAMP, s->rules.to);
		return true;
	}
	if (b.high && between(s, b.low->rate, b.high->rate, rate))
		return true;
	*rate = b.low->rate;
	return b.low->in_a_row < s->rules.confirm;
}

bool search_next(const struct search *s, double *rate)
{
	return wanted(s, rate) && !given_up(s);
}

static struct search_rate *rate_of(struct search *s, double rate)
{
	for (size_t i = 0; i < s->rates_count; i++)
		if (s->rates[i].rate == rate)
			return &s->rates[i];
	if (s->rates_count == SEARCH_RATES_MAX)
		return NULL;
	s->rates[s->rates_count] = (struct search_rate){.rate = rate};
	return &s->rates[s->rates_count++];
}

void search_tell(struct search *s, double rate, enum search_answer answer)
{
	struct search_rate *r = rate_of(s, rate);

	s->trials++;
	if (answer == SEARCH_FAILED)
		s->failed = true;
	if (!r)
		return;
	r->first_broke |= answer == SEARCH_BROKE && !r->held && !r->broke;
	r->held += answer == SEARCH_HELD;
	r->broke += answer == SEARCH_BROKE;
	r->voided += answer == SEARCH_VOID;
	if (answer == SEARCH_HELD)
		r->in_a_row++;
	else if (answer == SEARCH_BROKE)
		r->in_a_row = 0;
}

static void keep_lowest(bool *has, double *lowest, double rate)
{
	if (!*has || rate < *lowest)
		*lowest = rate;
	*has = true;
}

static void look_at_offered(struct search_result *result, const struct search_rate *r)
{
	if (!r->held && !r->broke)
		return;
	if (result->has_unoffered && r->rate >= result->unoffered)
		return;
	if (!result->has_offered || r->rate > result->offered)
		result->offered = r->rate;
	result->has_offered = true;
}

struct search_result search_result(const struct search *s)
{
	struct borders b = borders_of(s);
	struct search_result result = {.failed = s->failed, .trials = s->trials};
	double rate;
	bool more = wanted(s, &rate);

	result.over = !more || given_up(s);
	result.given_up = more && result.over;
	result.has_held = !s->failed && b.low && b.low->in_a_row >= s->rules.confirm;
	if (result.has_held)
		result.held = b.low->rate;
	for (size_t i = 0; i < s->rates_count; i++) {
		const struct search_rate *r = &s->rates[i];
		enum verdict verdict = verdict_of(s, r);

		if (verdict == BROKE)
			keep_lowest(&result.has_broke, &result.broke, r->rate);
		if (verdict == UNOFFERED)
			keep_lowest(&result.has_unoffered, &result.unoffered, r->rate);
	}
	for (size_t i = 0; i < s->rates_count; i++)
		look_at_offered(&result, &s->rates[i]);
	return result;
}
