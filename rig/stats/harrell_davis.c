/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/harrell_davis.h"

#include <gsl/gsl_cdf.h>

void harrell_davis_weights(size_t count, double q, double *weights)
{
	double n = (double)count, a = (n + 1) * q, b = (n + 1) * (1 - q), before = 0, after;

	for (size_t i = 0; i < count; i++, before = after) {
		after = gsl_cdf_beta_P((double)(i + 1) / n, a, b);
		weights[i] = after - before;
	}
}

double harrell_davis(const double *ascending, const double *weights, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += weights[i] * ascending[i];
	return sum;
}
