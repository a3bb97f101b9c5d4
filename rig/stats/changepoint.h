/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the mean of a series changes: the division into segments that has the least cost, found by
 * PELT (R. Killick, P. Fearnhead, I. Eckley, Optimal Detection of Changepoints with a Linear
 * Computational Cost, Journal of the American Statistical Association 107, 2012). Pure functions.
 *
 * The cost of a segment is twice the negative log-likelihood of independent normal values of known
 * standard deviation about their mean, less a constant: the sum of ((x - mean) / deviation)^2. Each
 * segment after the first costs the penalty besides.
 */
#ifndef POOLRIG_RIG_STATS_CHANGEPOINT_H
#define POOLRIG_RIG_STATS_CHANGEPOINT_H

#include <stddef.h>

#include "base/error.h"

/* Of `count` finite values; deviation > 0, penalty > 0. starts has room for `count` and becomes the
 * place, counted from 0, of each segment's first value; returns the number of segments (0 of no
 * values) or -1. Of divisions of equal cost it takes one that ends in the longest segment.
 * ERROR_HOST: no memory. */
long changepoint_find(const double *values, size_t count, double deviation, double penalty,
		      size_t *starts, struct error *err);

#endif
