/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/quantile_interval.h"

#include <math.h>
#include <gsl/gsl_cdf.h>

/* P(B <= k), B binomial. The beta distribution's continued fraction does not converge for large
 * counts near the middle; a normal distribution with skew is near enough there (the first term
 * of Edgeworth's series). */
static double not_above(int64_t count, double q, int64_t k)
{
	double n = (double)count, variance = n * q * (1 - q), p, z, skew;

	if (k < 0)
		return 0;
	if (k >= count)
		return 1;
	p = gsl_cdf_beta_Q(q, (double)k + 1, n - (double)k);
	if (isfinite(p))
		return p;
	z = ((double)k + 0.5 - n * q) / sqrt(variance);
	skew = (1 - 2 * q) / sqrt(variance);
	return gsl_cdf_ugaussian_P(z) - skew / 6 * (z * z - 1) * exp(-z * z / 2) / sqrt(2 * M_PI);
}

/* The least k with P(B <= k) > chance, or, with `reached`, >= chance. */
static int64_t least(int64_t count, double q, double chance, bool reached)
{
	int64_t low = 0, high = count;

	while (low < high) {
		int64_t k = low + (high - low) / 2;
		double p = not_above(count, q, k);

		if (p > chance || (reached && p == chance))
			high = k;
		else
			low = k + 1;
	}
	return low;
}

struct quantile_ranks quantile_ranks(int64_t count, double q, double level)
{
	double half = (1 - level) / 2;
	struct quantile_ranks out = {0};

	if (count <= 0)
		return out;
	/* The value of rank r is above the quantile where fewer than r values are below it, and
	 * below it where r or more are. */
	out.low = least(count, q, half, false);
	out.high = least(count, q, 1 - half, true) + 1;
	if (out.high > count)
		out.high = 0;
	return out;
}

int64_t quantile_least(double q, double level)
{
	return (int64_t)ceil(log((1 - level) / 2) / log(fmax(q, 1 - q)));
}

int quantile_interval_of(const double *ascending, size_t count, double q, double level,
			 struct quantile_interval *out, struct error *err)
{
	struct quantile_ranks ranks = quantile_ranks((int64_t)count, q, level);

	*out = (struct quantile_interval){.has_low = ranks.low > 0, .has_high = ranks.high > 0};
	for (size_t i = 0; i < count; i++)
		if (isnan(ascending[i]))
			return error_input(err, "value %zu of %zu is not a number", i + 1, count);
	if (out->has_low)
		out->low = ascending[ranks.low - 1];
	if (out->has_high)
		out->high = ascending[ranks.high - 1];
	return 0;
}

static int32_t index_of_rank(const struct hdr *h, int64_t rank)
{
	int64_t seen = 0;
	int32_t index = 0;

	for (; index < h->counts_len - 1; index++) {
		seen += h->counts[index];
		if (seen >= rank)
			break;
	}
	return index;
}

struct quantile_interval quantile_interval_hdr(const struct hdr *h, double q, double level)
{
	struct quantile_ranks ranks = quantile_ranks(hdr_total(h), q, level);
	struct quantile_interval out = {.has_low = ranks.low > 0, .has_high = ranks.high > 0};

	if (out.has_low)
		out.low = (double)hdr_lowest_at(h, index_of_rank(h, ranks.low));
	if (out.has_high)
		out.high = (double)hdr_highest_at(h, index_of_rank(h, ranks.high));
	return out;
}
