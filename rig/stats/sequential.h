/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The middle of paired differences with an interval that may be looked at after every pair: however
 * often one looks, and by whatever rule one stops, the chance that any of the intervals misses the
 * median is at most 1 - level (a confidence sequence; S. Howard, A. Ramdas, Sequential Estimation
 * of Quantiles with Applications to A/B Testing and Best-Arm Identification, Bernoulli 28(3),
 * 2022). Pure functions.
 *
 * A value m is held against the number s of differences below it, of n: if m is the median, each
 * lies below it with half a chance, and the likelihood of s under a share drawn from
 * Beta(1/2, 1/2), by its likelihood under one half,
 *
 *     M = 2^n B(1/2 + s, 1/2 + n - s) / B(1/2, 1/2),
 *
 * is a martingale that begins at 1 (H. Robbins, Statistical Methods Related to the Law of the
 * Iterated Logarithm, Annals of Mathematical Statistics 41, 1970: the method of mixtures). By
 * Ville's inequality it ever reaches 1 / (1 - level) with a chance of at most 1 - level; the
 * interval has those m of which it has not. It supposes independent differences with one median,
 * and no more. For m = 0 not even that is needed where the order within each pair was drawn by lot
 * (paired.h).
 *
 * The price of looking: for differences that are normal, an interval as short as one of paired.h,
 * which may be looked at once, needs about four times the pairs.
 */
#ifndef POOLRIG_RIG_STATS_SEQUENTIAL_H
#define POOLRIG_RIG_STATS_SEQUENTIAL_H

#include <stddef.h>

#include "rig/stats/paired.h"

/* The natural logarithm of M for s of n. */
double sequential_evidence(size_t n, size_t s);

/* The fewest pairs that can give an interval of that level (0.95: 7). 0 < level < 1. */
size_t sequential_least(double level);

/* From `count` finite differences, which are sorted in place. The shift is their median; p is 1 / M
 * of m = 0, at most 1. */
void sequential_of(double *differences, size_t count, double level, struct paired *out);

#endif
