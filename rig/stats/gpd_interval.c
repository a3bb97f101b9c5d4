/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/gpd_interval.h"

#include <math.h>
#include <gsl/gsl_cdf.h>

#include "rig/stats/root.h"

#define SHAPE_LOW  (-1.0)
#define SHAPE_HIGH 8.0
#define SHAPE_STEP 0.25

/* One parameter is held, the other moves. */
struct profile {
	const double *x;
	size_t count;
	const struct gpd *fit;
	double least;     /* the likelihood at the borders of the interval */
	double log_above; /* of the level */
	double held;      /* the shape, or the logarithm of the level */
};

/* The shape is held, the logarithm of the scale moves. */
static double by_scale(double log_scale, const void *context)
{
	const struct profile *p = context;

	return gpd_log_likelihood(&(struct gpd){p->held, exp(log_scale)}, p->x, p->count);
}

static double shape_excess(double shape, const void *context)
{
	struct profile p = *(const struct profile *)context;
	double middle = log(p.fit->scale), low = middle - 6, high = middle + 6;

	p.held = shape;
	/* A shape below 0 needs a scale that has room for the largest. */
	if (shape < 0)
		low = fmax(low, log(-shape * p.x[p.count - 1]));
	high = fmax(high, low + 1);
	return by_scale(root_maximum(by_scale, &p, low, high), &p) - p.least;
}

/* The level is held, the shape moves. */
static double by_shape(double shape, const void *context)
{
	const struct profile *p = context;
	double power = -shape * p->log_above, z = exp(p->held);
	struct gpd d = {shape, shape == 0 ? -z / p->log_above : shape * z / expm1(power)};

	return gpd_log_likelihood(&d, p->x, p->count);
}

static double level_excess(double log_level, const void *context)
{
	struct profile p = *(const struct profile *)context;
	double best = -INFINITY, at = 0;

	p.held = log_level;
	for (double shape = SHAPE_LOW; shape <= SHAPE_HIGH; shape += SHAPE_STEP) {
		double likelihood = by_shape(shape, &p);

		if (likelihood > best) {
			best = likelihood;
			at = shape;
		}
	}
	if (best == -INFINITY)
		return -1e300;
	at = root_maximum(by_shape, &p, at - SHAPE_STEP, at + SHAPE_STEP);
	return fmax(best, by_shape(at, &p)) - p.least;
}

/* From the estimate outwards in growing steps until the likelihood is too low, and back to where
 * it is just not. */
static bool border(root_fn *excess, const struct profile *p, double from, double step, double end,
		   double *out)
{
	double inside = from, outside = from;

	for (; fabs(outside - from) < fabs(end - from); step *= 2) {
		outside = from + step;
		if (fabs(outside - from) > fabs(end - from))
			outside = end;
		if (excess(outside, p) < 0) {
			*out =
			    root_between(excess, p, fmin(inside, outside), fmax(inside, outside));
			return true;
		}
		inside = outside;
	}
	return false;
}

static struct profile profile_of(const struct gpd *fit, const double *x, size_t count, double level)
{
	return (struct profile){
	    .x = x,
	    .count = count,
	    .fit = fit,
	    .least = gpd_log_likelihood(fit, x, count) - gsl_cdf_chisq_Pinv(level, 1) / 2,
	};
}

struct gpd_interval gpd_interval_shape(const struct gpd *fit, const double *x, size_t count,
				       double level)
{
	struct profile p = profile_of(fit, x, count, level);
	struct gpd_interval out = {0};

	out.has_low = border(shape_excess, &p, fit->shape, -0.05, SHAPE_LOW, &out.low);
	out.has_high = border(shape_excess, &p, fit->shape, 0.05, SHAPE_HIGH, &out.high);
	return out;
}

struct gpd_interval gpd_interval_level(const struct gpd *fit, const double *x, size_t count,
				       double above, double level)
{
	struct profile p = profile_of(fit, x, count, level);
	struct gpd_interval out = {0};
	double at = log(gpd_level(fit, above));

	p.log_above = log(above);
	out.has_low = border(level_excess, &p, at, -0.05, at - 20, &out.low);
	out.has_high = border(level_excess, &p, at, 0.05, at + 20, &out.high);
	out.low = exp(out.low);
	out.high = exp(out.high);
	return out;
}
