/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/tail.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "rig/stats/anderson_darling.h"
#include "rig/stats/quantile_interval.h"

/* A threshold is rejected by a P value below. */
#define REJECTED_BELOW 0.1

void tail_destroy(struct tail *tail)
{
	free(tail->excesses);
	*tail = (struct tail){0};
}

/* The excesses over the value that `above` others exceed, fewer where some equal it. */
static void cut(const double *top, size_t top_count, size_t above, struct tail *out)
{
	size_t first = top_count - above;

	out->threshold = top[first - 1];
	while (first < top_count && !(top[first] > out->threshold))
		first++;
	out->above = top_count - first;
	for (size_t i = 0; i < out->above; i++)
		out->excesses[i] = top[first + i] - out->threshold;
}

/* Fit and test at one threshold. What has no fit is rejected: P is 0. ERROR_HOST: no memory. */
static int judge(struct tail *out, struct error *err)
{
	struct error why = ERROR_INIT;

	out->p = 0;
	if (gpd_fit(out->excesses, out->above, &out->fit, &why) < 0)
		return 0;
	out->statistic = anderson_darling(&out->fit, out->excesses, out->above);
	return anderson_darling_p(&out->fit, out->statistic, &out->p, err);
}

static size_t next(size_t above)
{
	return above * 4 / 5;
}

/* Stop at the first candidate that is not rejected. 1: none is. */
static int choose(const double *top, size_t top_count, size_t most, struct tail *out,
		  struct error *err)
{
	bool chosen = false;

	for (size_t above = most; above >= TAIL_LEAST; above = next(above)) {
		out->candidates++;
		if (chosen)
			continue;
		cut(top, top_count, above, out);
		if (judge(out, err) < 0)
			return -1;
		chosen = out->p >= REJECTED_BELOW;
		out->rejected += !chosen;
	}
	return !chosen;
}

static int check(const double *top, size_t top_count, int64_t count, struct error *err)
{
	if (count < 5 * TAIL_LEAST || top_count < TAIL_LEAST + 1)
		return error_input(err, "%" PRId64 " values are too few for a tail; it needs %d",
				   count, 5 * TAIL_LEAST);
	for (size_t i = 0; i < top_count; i++)
		if (!isfinite(top[i]))
			return error_input(err, "a tail needs finite numbers, not %g", top[i]);
	if (!(top[top_count - 1] > top[0]))
		return error_input(err, "the largest %zu values are equal: they have no tail",
				   top_count);
	return 0;
}

int tail_of(const double *top, size_t top_count, int64_t count, double level, struct tail *out,
	    struct error *err)
{
	size_t above = count / 5 < TAIL_MOST ? (size_t)(count / 5) : TAIL_MOST;
	struct error why = ERROR_INIT;
	int none;

	*out = (struct tail){.count = count, .level = level};
	if (check(top, top_count, count, err) < 0)
		return -1;
	if (above > top_count - 1)
		above = top_count - 1;
	out->excesses = calloc(above, sizeof(*out->excesses));
	if (!out->excesses)
		return error_host(err, ENOMEM, "no memory for a tail of %zu values", above);
	none = choose(top, top_count, above, out, err);
	if (none > 0)
		error_input(err, "no threshold has a generalised Pareto tail (%zu tried)",
			    out->candidates);
	if (none) {
		tail_destroy(out);
		return -1;
	}
	out->has_moments = gpd_fit_pwm(out->excesses, out->above, &out->moments, &why) == 0;
	out->shape = gpd_interval_shape(&out->fit, out->excesses, out->above, level);
	return 0;
}

size_t tail_top(const struct hdr *h, double scale, double *out)
{
	size_t held = 0;

	/* From the end, and of the last bucket what there is room for. */
	for (int32_t index = h->counts_len; index-- > 0 && held < TAIL_TOP;) {
		int64_t n = h->counts[index];
		double low = (double)hdr_lowest_at(h, index);
		double width = (double)hdr_highest_at(h, index) + 1 - low;

		for (int64_t i = n; i-- > 0 && held < TAIL_TOP;)
			out[held++] = (low + width * ((double)i + 0.5) / (double)n) * scale;
	}
	for (size_t i = 0; i < held / 2; i++) {
		double other = out[held - 1 - i];

		out[held - 1 - i] = out[i];
		out[i] = other;
	}
	return held;
}

/* The share of the excesses that is above the quantile q of all. */
static double share_of(const struct tail *tail, double q)
{
	return (1 - q) * (double)tail->count / (double)tail->above;
}

double tail_level(const struct tail *tail, double q)
{
	return tail->threshold + gpd_level(&tail->fit, share_of(tail, q));
}

struct tail_quantile tail_quantile(const struct tail *tail, double q)
{
	struct tail_quantile out = {.least = quantile_least(q, tail->level)};
	double share = share_of(tail, q);
	struct gpd_interval level;

	if (!(share < 1))
		return out;
	level = gpd_interval_level(&tail->fit, tail->excesses, tail->above, share, tail->level);
	out.value = tail_level(tail, q);
	out.low = tail->threshold + level.low;
	out.high = tail->threshold + level.high;
	if (level.has_low && level.has_high && out.low > 0 && out.high <= TAIL_RATIO_MAX * out.low)
		out.source = TAIL_FIT;
	return out;
}

struct tail_quantile tail_quantile_hdr(const struct hdr *h, double scale, const struct tail *tail,
				       double q, double level)
{
	struct quantile_interval ranks = quantile_interval_hdr(h, q, level);

	if (ranks.has_low && ranks.has_high)
		return (struct tail_quantile){
		    .source = TAIL_RANKS,
		    .value = (double)hdr_quantile(h, q) * scale,
		    .low = ranks.low * scale,
		    .high = ranks.high * scale,
		    .least = quantile_least(q, level),
		};
	return tail ? tail_quantile(tail, q)
		    : (struct tail_quantile){.least = quantile_least(q, level)};
}
