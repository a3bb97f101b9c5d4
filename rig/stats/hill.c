/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/hill.h"

#include <math.h>

int hill_plot(const double *ascending, size_t count, double *out, struct error *err)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		if (!isfinite(ascending[i]) || !(ascending[i] > 0))
			return error_input(err, "a value of %g has no place in a Hill plot",
					   ascending[i]);
	for (size_t k = 1; k < count; k++) {
		sum += log(ascending[count - k]);
		out[k - 1] = sum / (double)k - log(ascending[count - k - 1]);
	}
	return 0;
}
