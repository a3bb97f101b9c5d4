/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/paired.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/stats/spread.h"

static size_t averages(size_t count)
{
	return count * (count + 1) / 2;
}

static double average(double a, double b)
{
	return a / 2 + b / 2;
}

/* How many Walsh averages are at most x. Rounding keeps their order in each row, so that the border
 * moves to one side only. */
static size_t not_above(const double *d, size_t count, double x)
{
	size_t total = 0, end = count; /* of row i those from i to before `end` */

	for (size_t i = 0; i < end; i++) {
		while (end > i && average(d[i], d[end - 1]) > x)
			end--;
		total += end - i;
	}
	return total;
}

/* Doubles in their order as whole numbers. */
static int64_t ordinal(double x)
{
	int64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits < 0 ? INT64_MIN - bits : bits;
}

static double of_ordinal(int64_t n)
{
	int64_t bits = n < 0 ? INT64_MIN - n : n;
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* By bisection over all doubles between the ends: 64 counts at most, and no memory. */
double paired_walsh(const double *ascending, size_t count, size_t k)
{
	int64_t low = ordinal(ascending[0] + 0.0), high = ordinal(ascending[count - 1] + 0.0);

	while (low < high) {
		int64_t middle = (low & high) + ((low ^ high) >> 1);

		if (not_above(ascending, count, of_ordinal(middle)) >= k)
			high = middle;
		else
			low = middle + 1;
	}
	return of_ordinal(low);
}

/* The distribution of Wilcoxon's W for `count` pairs: chance[w] becomes P(W <= w), for w up to its
 * mean, which is all that a symmetric distribution needs. */
static int distribution(size_t count, double **chance, struct error *err)
{
	size_t size = averages(count) / 2 + 1;
	double sum = 0;

	*chance = calloc(size, sizeof(**chance));
	if (!*chance)
		return error_host(err, ENOMEM, "no memory for a test of %zu pairs", count);
	(*chance)[0] = 1;
	/* Rank i has either sign, each with half a chance: (1 + x^i) / 2. */
	for (size_t i = 1; i <= count; i++)
		for (size_t w = size; w-- > 0;)
			(*chance)[w] = ((*chance)[w] + (w >= i ? (*chance)[w - i] : 0)) / 2;
	for (size_t w = 0; w < size; w++)
		(*chance)[w] = sum += (*chance)[w];
	return 0;
}

/* P(W <= w) by the normal distribution. */
static double approximate(size_t count, double w)
{
	double n = (double)count, mean = n * (n + 1) / 4;
	double deviation = sqrt(n * (n + 1) * (2 * n + 1) / 24);

	return erfc((mean - w - 0.5) / deviation / M_SQRT2) / 2;
}

/* P(W <= w), w at most its mean. */
static double tail(const double *chance, size_t count, size_t w)
{
	return chance ? chance[w] : approximate(count, (double)w);
}

/* The largest w with P(W <= w) <= alpha, plus 1: the Walsh average of that number bounds the
 * interval. 0: there is none. */
static size_t border(const double *chance, size_t count, double alpha)
{
	size_t low = 0, high = averages(count) / 2 + 1;

	while (low < high) {
		size_t w = low + (high - low) / 2;

		if (tail(chance, count, w) <= alpha)
			low = w + 1;
		else
			high = w;
	}
	return low;
}

size_t paired_least(double level)
{
	size_t count = 1;

	while (ldexp(1, -(int)count) > (1 - level) / 2)
		count++;
	return count;
}

int paired_of(double *d, size_t count, double level, struct paired *out, struct error *err)
{
	cleanup_free double *chance = NULL;
	size_t all = averages(count), k, below, not_over, w;

	*out = (struct paired){.count = count, .p = 1};
	if (!count)
		return 0;
	if (count <= PAIRED_EXACT_MAX && distribution(count, &chance, err) < 0)
		return -1;
	qsort(d, count, sizeof(*d), spread_compare);
	out->shift =
	    average(paired_walsh(d, count, (all + 1) / 2), paired_walsh(d, count, all / 2 + 1));
	k = border(chance, count, (1 - level) / 2);
	out->has_interval = k > 0;
	if (k) {
		out->low = paired_walsh(d, count, k);
		out->high = paired_walsh(d, count, all + 1 - k);
	}
	/* The averages on the side that has fewer; those of 0 are on neither, for neither. */
	below = not_above(d, count, -of_ordinal(1));
	not_over = not_above(d, count, 0);
	w = all - below < not_over ? all - below : not_over;
	if (w <= all / 2)
		out->p = fmin(1, 2 * tail(chance, count, w));
	return 0;
}
