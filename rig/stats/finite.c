/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/finite.h"

#include <math.h>

int finite_all(const double *values, size_t count, const char *what, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (!isfinite(values[i]))
			return error_input(err, "%s: value %zu is %g; only finite ones can be used",
					   what, i + 1, values[i]);
	return 0;
}
