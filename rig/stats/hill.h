/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Hill estimator of the shape of a heavy tail, from the k largest values (B. Hill, A Simple
 * General Approach to Inference About the Tail of a Distribution, Annals of Statistics 3, 1975):
 * the mean of the logarithms of the k largest, less the logarithm of the next one. Where the
 * estimates hardly change over a range of k, the tail is a power's, and they are its shape. Pure
 * function.
 */
#ifndef POOLRIG_RIG_STATS_HILL_H
#define POOLRIG_RIG_STATS_HILL_H

#include <stddef.h>

#include "base/error.h"

/* out[k - 1] becomes the estimate from the k largest of the ascending values, for k = 1 to
 * count - 1 (the Hill plot). ERROR_INPUT: one of them is not a finite number above 0. */
int hill_plot(const double *ascending, size_t count, double *out, struct error *err);

#endif
