/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/root.h"

#include <math.h>
#include <stdbool.h>

enum { STEPS_MAX = 200 };

double root_between(root_fn *f, const void *context, double low, double high)
{
	double at_low = f(low, context), at_high = f(high, context), x = low;

	if (at_low == 0 || at_high == 0)
		return at_low == 0 ? low : high;
	for (int i = 0; i < STEPS_MAX; i++) {
		double middle = low + (high - low) / 2, at_middle = f(middle, context), at_x;
		double root = sqrt(at_middle * at_middle - at_low * at_high);

		if (at_middle == 0 || !(root > 0))
			return middle;
		x = middle + (middle - low) * (at_low > at_high ? 1 : -1) * at_middle / root;
		at_x = f(x, context);
		if (at_x == 0)
			return x;
		/* The two of the four between which the sign changes. */
		if (signbit(at_x) != signbit(at_middle)) {
			bool right = x > middle;

			low = right ? middle : x;
			at_low = right ? at_middle : at_x;
			high = right ? x : middle;
			at_high = right ? at_x : at_middle;
		} else if (signbit(at_x) == signbit(at_low)) {
			low = fmax(middle, x);
			at_low = x > middle ? at_x : at_middle;
		} else {
			high = fmin(middle, x);
			at_high = x < middle ? at_x : at_middle;
		}
		if (high - low <= 1e-14 * fmax(fabs(low), fabs(high)))
			break;
	}
	return x;
}

double root_maximum(root_fn *f, const void *context, double low, double high)
{
	const double share = (sqrt(5) - 1) / 2;
	double left = high - share * (high - low), right = low + share * (high - low);
	double at_left = f(left, context), at_right = f(right, context);

	for (int i = 0; i < STEPS_MAX && high - low > 1e-9; i++) {
		if (at_left >= at_right) {
			high = right;
			right = left;
			at_right = at_left;
			left = high - share * (high - low);
			at_left = f(left, context);
		} else {
			low = left;
			left = right;
			at_left = at_right;
			right = low + share * (high - low);
			at_right = f(right, context);
		}
	}
	return low + (high - low) / 2;
}
