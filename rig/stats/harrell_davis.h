/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A quantile as the mean of all values in their order, each with the chance that it is the quantile
 * (F. Harrell, C. Davis, A New Distribution-Free Quantile Estimator, Biometrika 69, 1982): the i-th
 * of n weighs what the beta distribution with (n + 1) q and (n + 1) (1 - q) has between (i - 1) / n
 * and i / n. It varies less than a single order statistic, and ties do not make it jump. Pure
 * functions.
 */
#ifndef POOLRIG_RIG_STATS_HARRELL_DAVIS_H
#define POOLRIG_RIG_STATS_HARRELL_DAVIS_H

#include <stddef.h>

/* More values than these have no weights: the beta distribution does not converge. */
#define HARRELL_DAVIS_MAX 100000

/* weights[0..count-1]; 0 < q < 1, 0 < count <= HARRELL_DAVIS_MAX. */
void harrell_davis_weights(size_t count, double q, double *weights);

double harrell_davis(const double *ascending, const double *weights, size_t count);

#endif
