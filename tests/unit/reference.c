/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/reference.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/own.h"

enum { PAIRS_MAX = 1024 };

void reference_close(const char *name, const char *what, double got, double wanted, double share)
{
	if (isnan(got) && isnan(wanted))
		return;
	if (!(fabs(got - wanted) <= share * fmax(fabs(wanted), 1e-300)))
		fail_msg("%s: %s is %.17g; R has %.17g", name, what, got, wanted);
}

/* "name level shift low high p differences" */
static void check(char *line, reference_fn *of, size_t exact)
{
	char *name = strsep(&line, "\t");
	double level = strtod(strsep(&line, "\t"), NULL);
	char *shift = strsep(&line, "\t"), *low = strsep(&line, "\t"), *high = strsep(&line, "\t");
	char *p = strsep(&line, "\t"), *number;
	double d[PAIRS_MAX], share;
	struct paired got;
	size_t count = 0;

	while ((number = strsep(&line, " \n")) && *number)
		d[count++] = strtod(number, NULL);
	assert_true(count > 0 && count <= PAIRS_MAX);
	share = count <= exact ? 1e-9 : 1e-2;
	of(d, count, level, &got);
	assert_int_equal(got.count, count);
	reference_close(name, "shift", got.shift, strtod(shift, NULL), 1e-9);
	assert_int_equal(got.has_interval, strcmp(low, "-") != 0);
	if (got.has_interval) {
		reference_close(name, "low", got.low, strtod(low, NULL), share);
		reference_close(name, "high", got.high, strtod(high, NULL), share);
	}
	reference_close(name, "P", got.p, strtod(p, NULL), share);
}

size_t reference_check(const char *path, reference_fn *of, size_t exact)
{
	cleanup_file FILE *file = fopen(path, "r");
	cleanup_free char *line = NULL;
	size_t size = 0, sets = 0;

	assert_non_null(file);
	while (getline(&line, &size, file) > 0)
		if (line[0] != '#') {
			check(line, of, exact);
			sets++;
		}
	return sets;
}

static size_t numbers(char *text, double *out, size_t most)
{
	char *number;
	size_t count = 0;

	while ((number = strsep(&text, " \n")) && *number) {
		assert_true(count < most);
		out[count++] = strcmp(number, "-") == 0 ? NAN : strtod(number, NULL);
	}
	return count;
}

size_t reference_rows(const char *path, reference_row_fn *check_row)
{
	cleanup_file FILE *file = fopen(path, "r");
	cleanup_free struct reference_row *row = calloc(1, sizeof(*row));
	cleanup_free char *line = NULL;
	size_t size = 0, rows = 0;

	assert_non_null(file);
	assert_non_null(row);
	while (getline(&line, &size, file) > 0) {
		char *rest = line;

		if (line[0] == '#')
			continue;
		row->name = strsep(&rest, "\t");
		row->results_count =
		    numbers(strsep(&rest, "\t"), row->results, REFERENCE_RESULTS_MAX);
		for (int i = 0; i < 2; i++)
			row->counts[i] =
			    numbers(strsep(&rest, "\t"), row->values[i], REFERENCE_VALUES_MAX);
		check_row(row);
		rows++;
	}
	return rows;
}
