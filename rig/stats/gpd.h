/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The generalised Pareto distribution, which what exceeds a high threshold follows by and by,
 * whatever the distribution below it (J. Pickands, Statistical Inference Using Extreme Order
 * Statistics, Annals of Statistics 3, 1975). An excess x is above 0, and
 *
 *     P(X > x) = (1 + shape x / scale)^(-1 / shape),    exp(-x / scale) for shape 0.
 *
 * A shape above 0 is a heavy tail (above 1/2 without a variance, from 1 on without a mean), one
 * below 0 ends at -scale / shape. Pure functions.
 */
#ifndef POOLRIG_RIG_STATS_GPD_H
#define POOLRIG_RIG_STATS_GPD_H

#include <stddef.h>

#include "base/error.h"

struct gpd {
	double shape;
	double scale; /* above 0, in the unit of the excesses */
};

/* P(X > x), x >= 0. */
double gpd_above(const struct gpd *d, double x);

/* The excess that a share `above` exceeds, 0 < above <= 1: the quantile 1 - above. */
double gpd_level(const struct gpd *d, double above);

/* -inf: one of them can't be. */
double gpd_log_likelihood(const struct gpd *d, const double *excesses, size_t count);

/*
 * Both fits take ascending excesses, and refuse (ERROR_INPUT) what has no fit: fewer than two,
 * one that is not a finite number above 0, and equal ones only.
 *
 * Maximum likelihood, by the profile over theta = shape / scale: the shape is the mean of
 * log(1 + theta x) then, and one equation is left (S. Grimshaw, Computing Maximum Likelihood
 * Estimates for the Generalized Pareto Distribution, Technometrics 35, 1993). For shapes below -1
 * the likelihood has no bound: the estimate is the highest local maximum above, and where there
 * is none, that is refused, too.
 */
int gpd_fit(const double *excesses, size_t count, struct gpd *out, struct error *err);

/* Probability-weighted moments, with plotting positions (i - 0.35) / n: less efficient, but good
 * for few excesses and shapes below 1/2 (J. Hosking, J. Wallis, Parameter and Quantile Estimation
 * for the Generalized Pareto Distribution, Technometrics 29, 1987, equations 5 and 6). */
int gpd_fit_pwm(const double *excesses, size_t count, struct gpd *out, struct error *err);

#endif
