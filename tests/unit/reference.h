/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reference values that R made (tests/reference/): a line a data set. */
#ifndef POOLRIG_TESTS_UNIT_REFERENCE_H
#define POOLRIG_TESTS_UNIT_REFERENCE_H

#include <stddef.h>

#include "rig/stats/paired.h"

/* What is held against the reference: of `count` differences, which it may sort. */
typedef void reference_fn(double *differences, size_t count, double level, struct paired *out);

/* Hold `of` against each line of a file. The values of sets of more than `exact` differences may be
 * 1 % off, all others 1e-9. Returns the number of sets. */
size_t reference_check(const char *path, reference_fn *of, size_t exact);

#endif
