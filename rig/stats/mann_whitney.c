/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/mann_whitney.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/stats/finite.h"
#include "rig/stats/spread.h"

/* P(U <= u) for u up to half of the pairs. ways[k][v]: the number of ways to take k of the values
 * looked at so far for the first sample so that they are above v of the others. */
static int below(size_t m, size_t n, size_t u, double *chance, struct error *err)
{
	size_t row = u + 1;
	cleanup_free double *ways = calloc((m + 1) * row, sizeof(*ways));
	double all = 0;

	if (!ways)
		return error_host(err, ENOMEM, "no memory for a test of %zu and %zu values", m, n);
	ways[0] = 1;
	for (size_t value = 1; value <= m + n; value++)
		/* As the k-th of the first sample it is above value - k of the second. */
		for (size_t k = value < m ? value : m; k > 0; k--)
			for (size_t v = value - k; value - k <= n && v < row; v++)
				ways[k * row + v] += ways[(k - 1) * row + v - (value - k)];
	for (size_t v = 0; v < row; v++)
		all += ways[m * row + v];
	*chance = all;
	for (size_t i = 1; i <= m; i++)
		*chance *= (double)i / (double)(n + i);
	return 0;
}

/* Each run of equal values of both samples: sum becomes that of t^3 - t, u that of x above y. */
static void compare(const double *x, size_t m, const double *y, size_t n, double *u, double *ties)
{
	size_t i = 0, j = 0;

	*u = *ties = 0;
	while (i < m || j < n) {
		double value = j >= n || (i < m && x[i] < y[j]) ? x[i] : y[j], same_x = 0;
		double same_y = 0, below_y = (double)j, same;

		for (; i < m && x[i] == value; i++)
			same_x++;
		for (; j < n && y[j] == value; j++)
			same_y++;
		same = same_x + same_y;
		*u += same_x * (below_y + same_y / 2);
		*ties += same * (same * same - 1);
	}
}

static double approximate(double u, double m, double n, double ties)
{
	double all = m + n, off = fabs(u - m * n / 2);
	double variance = m * n / 12 * (all + 1 - ties / (all * (all - 1)));

	/* Nothing is ever off where all values are equal. */
	return off > 0.5 ? erfc((off - 0.5) / sqrt(variance) / M_SQRT2) : 1;
}

static double *sorted(const double *values, size_t count)
{
	double *copy = malloc((count + 1) * sizeof(*copy));

	if (copy && count) {
		memcpy(copy, values, count * sizeof(*copy));
		qsort(copy, count, sizeof(*copy), spread_compare);
	}
	return copy;
}

int mann_whitney_of(const double *x, size_t m, const double *y, size_t n, struct mann_whitney *out,
		    struct error *err)
{
	cleanup_free double *xs = NULL, *ys = NULL;
	double ties, pairs = (double)m * (double)n, least;

	*out = (struct mann_whitney){.known = m && n, .p = 1};
	if (finite_all(x, m, "first sample", err) < 0 || finite_all(y, n, "second sample", err) < 0)
		return -1;
	if (!out->known)
		return 0;
	xs = sorted(x, m);
	ys = sorted(y, n);
	if (!xs || !ys)
		return error_host(err, ENOMEM, "no memory for a test of %zu and %zu values", m, n);
	compare(xs, m, ys, n, &out->u, &ties);
	out->share = out->u / pairs;
	out->exact = ties == 0 && m <= MANN_WHITNEY_EXACT_MAX && n <= MANN_WHITNEY_EXACT_MAX;
	if (!out->exact) {
		out->p = approximate(out->u, (double)m, (double)n, ties);
		return 0;
	}
	least = fmin(out->u, pairs - out->u);
	if (below(m, n, (size_t)least, &out->p, err) < 0)
		return -1;
	out->p = fmin(1, 2 * out->p);
	return 0;
}
