/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/sequential.h"

#include <math.h>
#include <stdlib.h>

#include "rig/stats/spread.h"

double sequential_evidence(size_t n, size_t s)
{
	double below = (double)s + 0.5, above = (double)(n - s) + 0.5;

	return (double)n * M_LN2 + lgamma(below) + lgamma(above) - lgamma(below + above) -
	       log(M_PI);
}

/* The largest s below which an m is rejected, plus 1; 0: none is. The evidence falls from s = 0 to
 * n / 2. */
static size_t border(size_t n, double level)
{
	double bound = -log(1 - level);
	size_t low = 0, high = n / 2 + 1;

	while (low < high) {
		size_t s = low + (high - low) / 2;

		if (sequential_evidence(n, s) >= bound)
			low = s + 1;
		else
			high = s;
	}
	return low;
}

size_t sequential_least(double level)
{
	size_t n = 1;

	while (border(n, level) == 0)
		n++;
	return n;
}

void sequential_of(double *d, size_t count, double level, struct paired *out)
{
	size_t k, n = 0, below = 0;

	*out = (struct paired){.count = count, .p = 1};
	if (!count)
		return;
	/* Differences of 0 speak for neither side. */
	for (size_t i = 0; i < count; i++) {
		n += d[i] != 0;
		below += d[i] < 0;
	}
	out->p = fmin(1, exp(-sequential_evidence(n, below)));
	qsort(d, count, sizeof(*d), spread_compare);
	out->shift = spread_quantile(d, count, 0.5);
	k = border(count, level);
	out->has_interval = k > 0;
	if (!k)
		return;
	out->low = d[k - 1];
	out->high = d[count - k];
}
