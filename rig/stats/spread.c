/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/spread.h"

#include <math.h>
#include <stdlib.h>

int spread_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double spread_quantile(const double *ascending, size_t count, double q)
{
	double at = q * (double)(count - 1);
	size_t below = (size_t)floor(at);
	double share = at - (double)below;

	if (below + 1 >= count)
		return ascending[count - 1];
	/* Exact where the two are equal, whatever rounding does to the sum. */
	if (share == 0 || ascending[below] == ascending[below + 1])
		return ascending[below];
	return ascending[below] * (1 - share) + ascending[below + 1] * share;
}

struct spread spread_of(double *values, size_t count)
{
	struct spread s = {.count = count};

	if (count == 0)
		return s;
	qsort(values, count, sizeof(*values), spread_compare);
	s.median = spread_quantile(values, count, 0.5);
	s.min = values[0];
	s.max = values[count - 1];
	s.has_quartiles = count >= SPREAD_QUARTILES_MIN;
	if (s.has_quartiles) {
		s.q1 = spread_quantile(values, count, 0.25);
		s.q3 = spread_quantile(values, count, 0.75);
	}
	return s;
}
