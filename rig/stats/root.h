/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a function of one number is zero, or largest. They take no memory and have no state, unlike
 * GSL's solvers. Pure functions.
 */
#ifndef POOLRIG_RIG_STATS_ROOT_H
#define POOLRIG_RIG_STATS_ROOT_H

typedef double root_fn(double x, const void *context);

/* A zero between low and high, where the function has different signs, to the last digits of a
 * double (C. Ridders, A New Algorithm for Computing a Single Root of a Real Continuous Function,
 * IEEE Transactions on Circuits and Systems 26, 1979). */
double root_between(root_fn *f, const void *context, double low, double high);

/* Where a function that has one maximum between low and high has it (golden sections; J. Kiefer,
 * Sequential Minimax Search for a Maximum, Proceedings of the AMS 4, 1953). The place is known to
 * about 1e-8 only, as the function is flat there; its value is known to the last digits. Places of
 * which the function is -inf are taken for worse than any other. */
double root_maximum(root_fn *f, const void *context, double low, double high);

#endif
