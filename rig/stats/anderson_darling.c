/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/anderson_darling.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <gsl/gsl_eigen.h>

#include "base/own.h"

enum { POINTS = 100 };
/* Imhof's integrand falls as exp(-sqrt(u)): over v = sqrt(u), in steps, by Simpson's rule. */
enum { STEPS = 1000 };
#define V_END 28.0

double anderson_darling(const struct gpd *fit, const double *x, size_t count)
{
	double n = (double)count, sum = 0;

	for (size_t i = 0; i < count; i++) {
		double above = gpd_above(fit, x[count - 1 - i]);

		/* log F of the i-th, log (1 - F) of the i-th from the end. */
		sum += (2 * (double)i + 1) * (log1p(-gpd_above(fit, x[i])) + log(above));
	}
	return -n - sum / n;
}

/* The derivatives of P(X <= x) by scale and shape, at scale 1, where P(X > x) = u. */
static void derivatives(double shape, double u, double *by_scale, double *by_shape)
{
	double l = log(u);

	if (fabs(shape) < 1e-5) { /* the limits */
		*by_scale = u * l;
		*by_shape = -u * l * l / 2;
		return;
	}
	*by_scale = u * expm1(shape * l) / shape;
	*by_shape = u * (l - expm1(shape * l) / shape) / shape;
}

/* The eigenvalues of the covariance of B(s) / sqrt(s (1 - s)), at s = sin^2 of equal steps. */
static int eigenvalues(double shape, double *out, struct error *err)
{
	cleanup_free double *covariance = calloc((size_t)POINTS * POINTS, sizeof(*covariance));
	double weight[POINTS], s[POINTS], a[POINTS], b[POINTS];
	double diagonal[POINTS], beside[POINTS];
	gsl_matrix_view matrix;
	gsl_vector_view values = gsl_vector_view_array(out, POINTS);
	gsl_eigen_symm_workspace space = {.size = POINTS, .d = diagonal, .sd = beside};

	if (!covariance)
		return error_host(err, ENOMEM, "no memory for a test of a tail");
	matrix = gsl_matrix_view_array(covariance, POINTS, POINTS);
	for (int i = 0; i < POINTS; i++) {
		double angle = M_PI * (i + 0.5) / POINTS;

		s[i] = (1 - cos(angle)) / 2;
		weight[i] = sqrt(2 * M_PI / POINTS / sin(angle)); /* ds / (s (1 - s)) */
		derivatives(shape, (1 + cos(angle)) / 2, &a[i], &b[i]);
	}
	/* The inverse of the information is (1 + shape) ((2, -1), (-1, 1 + shape)). */
	for (int i = 0; i < POINTS; i++)
		for (int j = 0; j < POINTS; j++)
			covariance[i * POINTS + j] =
			    weight[i] * weight[j] *
			    (fmin(s[i], s[j]) - s[i] * s[j] -
			     (1 + shape) * (2 * a[i] * a[j] - a[i] * b[j] - b[i] * a[j] +
					    (1 + shape) * b[i] * b[j]));
	gsl_eigen_symm(&matrix.matrix, &values.vector, &space);
	return 0;
}

static double integrand(const double *eigen, double x, double v)
{
	double u = v * v, angle = -x * u / 2, size = 0;

	if (v == 0)
		return 0;
	for (int i = 0; i < POINTS; i++) {
		double y = eigen[i] * u;

		angle += atan(y) / 2;
		size += log1p(y * y) / 4;
	}
	return 2 * sin(angle) / v * exp(-size);
}

int anderson_darling_p(const struct gpd *fit, double statistic, double *p, struct error *err)
{
	double eigen[POINTS], step = V_END / STEPS, sum = 0;

	*p = 0;
	if (!isfinite(statistic))
		return 0;
	if (eigenvalues(fmax(fit->shape, -0.49), eigen, err) < 0)
		return -1;
	for (int i = 0; i <= STEPS; i++)
		sum += integrand(eigen, statistic, i * step) * (i == 0 || i == STEPS ? 1
								: i % 2              ? 4
										     : 2);
	*p = fmin(1, fmax(0, 0.5 + sum * step / 3 / M_PI));
	return 0;
}
