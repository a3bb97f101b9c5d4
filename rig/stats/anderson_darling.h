/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether excesses follow the generalised Pareto distribution that was fitted to them: the
 * Anderson-Darling statistic, which gives the tails weight, and its P value (V. Choulakian, M.
 * Stephens, Goodness-of-Fit Tests for the Generalized Pareto Distribution, Technometrics 43, 2001).
 *
 * The statistic of a distribution with parameters from the same data is smaller than that of a
 * known one. For many excesses it is distributed as a sum of squares of normal variables, each by
 * an eigenvalue of the covariance of the empirical process; with parameters by maximum likelihood,
 * that covariance depends on the shape alone. Choulakian and Stephens have a table of it. Here the
 * eigenvalues are calculated for the very shape (from a covariance matrix of 100 points), and the
 * chance of the sum by Imhof's integral (J. Imhof, Computing the Distribution of Quadratic Forms
 * in Normal Variables, Biometrika 48, 1961). Pure functions.
 */
#ifndef POOLRIG_RIG_STATS_ANDERSON_DARLING_H
#define POOLRIG_RIG_STATS_ANDERSON_DARLING_H

#include <stddef.h>

#include "rig/stats/gpd.h"

/* The statistic of ascending excesses; inf where one of them can't be. */
double anderson_darling(const struct gpd *fit, const double *excesses, size_t count);

/* *p becomes the chance of that statistic or a larger one, where `fit` is gpd_fit()'s and the
 * distribution is true; from 50 excesses on good for decisions at 1 % to 10 %. The theory needs a
 * shape above -1/2: lower ones are taken for -0.49. ERROR_HOST: no memory. */
int anderson_darling_p(const struct gpd *fit, double statistic, double *p, struct error *err);

#endif
