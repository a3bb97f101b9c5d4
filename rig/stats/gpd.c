/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/gpd.h"

#include <math.h>
#include <stdbool.h>

#include "rig/stats/root.h"

double gpd_above(const struct gpd *d, double x)
{
	double y = d->shape * x / d->scale;

	if (d->shape == 0)
		return exp(-x / d->scale);
	return y <= -1 ? 0 : exp(-log1p(y) / d->shape);
}

double gpd_level(const struct gpd *d, double above)
{
	return d->shape == 0 ? -d->scale * log(above)
			     : d->scale * expm1(-d->shape * log(above)) / d->shape;
}

double gpd_log_likelihood(const struct gpd *d, const double *x, size_t count)
{
	double theta = d->shape / d->scale, sum = 0;

	if (!(d->scale > 0) || !isfinite(theta))
		return -INFINITY;
	for (size_t i = 0; i < count; i++) {
		double y = theta * x[i];

		if (y <= -1)
			return -INFINITY;
		sum += theta == 0 ? x[i] / d->scale : log1p(y);
	}
	if (theta != 0)
		sum *= 1 + 1 / d->shape;
	return -(double)count * log(d->scale) - sum;
}

static int check(const double *x, size_t count, struct error *err)
{
	if (count < 2)
		return error_input(err, "a tail of %zu values has no fit", count);
	for (size_t i = 0; i < count; i++)
		if (!isfinite(x[i]) || !(x[i] > 0))
			return error_input(err, "an excess of %g is not a number above 0", x[i]);
	if (!(x[count - 1] > x[0]))
		return error_input(err, "a tail of equal values has no fit");
	return 0;
}

struct sample {
	const double *x;
	size_t count;
};

/* (1 / (1 + z) - log(1 + z) / z) / z, by its series near 0. */
static double slope(double z)
{
	double sum = 0;

	if (fabs(z) > 0.02)
		return (1 / (1 + z) - log1p(z) / z) / z;
	for (int j = 12; j >= 1; j--)
		sum = (j % 2 ? -1.0 : 1.0) * j / (j + 1) + sum * z;
	return sum;
}

/* Of the shape by theta, the mean of log(1 + theta x) / theta, and its derivative. */
static double scaled_shape(const struct sample *s, double theta, double *derivative)
{
	double sum = 0, sloped = 0;

	for (size_t i = 0; i < s->count; i++) {
		double x = s->x[i], z = theta * x;

		sum += z == 0 ? x : log1p(z) / theta;
		sloped += x * x * slope(z);
	}
	*derivative = sloped / (double)s->count;
	return sum / (double)s->count;
}

/* All theta that are possible, above -1 / maximum, are those of all numbers t. */
static double theta_of(const struct sample *s, double t)
{
	return expm1(t) / s->x[s->count - 1];
}

/* The derivative of the profile, by count: of -(log a + theta a), a = shape / theta. */
static double score(double t, const void *context)
{
	const struct sample *s = context;
	double theta = theta_of(s, t), derivative, a = scaled_shape(s, theta, &derivative);

	return -(derivative / a + a + theta * derivative) / s->x[s->count - 1];
}

/* Maxima lie where the score goes through 0 downwards: looked for in steps. */
#define T_LOW  (-12.0)
#define T_HIGH 60.0
#define T_STEP 0.5

int gpd_fit(const double *x, size_t count, struct gpd *out, struct error *err)
{
	const struct sample s = {x, count};
	double best = -INFINITY, before, after;

	if (check(x, count, err) < 0)
		return -1;
	before = score(T_LOW, &s);
	for (double t = T_LOW; t < T_HIGH; t += T_STEP, before = after) {
		struct gpd d;
		double theta, derivative, a, likelihood;

		after = score(t + T_STEP, &s);
		if (!(before > 0) || !(after <= 0))
			continue;
		theta = theta_of(&s, root_between(score, &s, t, t + T_STEP));
		a = scaled_shape(&s, theta, &derivative);
		d = (struct gpd){.shape = theta * a, .scale = a};
		likelihood = -log(a) - d.shape - 1;
		if (d.shape > -1 && likelihood > best) {
			best = likelihood;
			*out = d;
		}
	}
	if (best == -INFINITY)
		return error_input(err, "the likelihood of a tail of %zu values has no maximum",
				   count);
	return 0;
}

int gpd_fit_pwm(const double *x, size_t count, struct gpd *out, struct error *err)
{
	double n = (double)count, mean = 0, weighted = 0, rest;

	if (check(x, count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		mean += x[i] / n;
		weighted += (1 - ((double)i + 1 - 0.35) / n) * x[i] / n;
	}
	rest = mean - 2 * weighted;
	if (!(rest > 0))
		return error_input(err, "the moments of a tail of %zu values have no fit", count);
	*out = (struct gpd){.shape = 2 - mean / rest, .scale = 2 * mean * weighted / rest};
	return 0;
}
