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

/* Any other reference: name, results ("-" becomes NaN), and what they were calculated from. */
enum { REFERENCE_RESULTS_MAX = 128, REFERENCE_VALUES_MAX = 1024 };
struct reference_row {
	const char *name;
	double results[REFERENCE_RESULTS_MAX];
	size_t results_count;
	double values[2][REFERENCE_VALUES_MAX];
	size_t counts[2];
};
typedef void reference_row_fn(struct reference_row *row);

/* Call `check` with each line of a file. Returns their number. */
size_t reference_rows(const char *path, reference_row_fn *check);

/* Fail where `got` is not within `share` of `wanted`; both may be NaN. */
void reference_close(const char *name, const char *what, double got, double wanted, double share);

#endif
