/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a statistic is made of must be numbers: NaN and infinite values are refused, never left out
 * in silence. */
#ifndef POOLRIG_RIG_STATS_FINITE_H
#define POOLRIG_RIG_STATS_FINITE_H

#include <stddef.h>

#include "base/error.h"

/* ERROR_INPUT: a value is not finite; the text names `what`, its number, counted from 1, and it. */
int finite_all(const double *values, size_t count, const char *what, struct error *err);

#endif
