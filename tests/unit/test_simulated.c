/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The short form of `make stats-validation`: the promises of each table, counted in fewer runs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/own.h"
#include "tests/stats/simulate.h"

static size_t index_of(const struct simulate_table *table)
{
	size_t i = 0;

	while (i < simulate_tables_count && simulate_tables[i] != table)
		i++;
	assert_true(i < simulate_tables_count);
	return i;
}

static double share(const struct simulate_table *table, size_t row, size_t column, int runs)
{
	struct error err = ERROR_INIT;
	struct simulate_share got;

	assert_int_equal(simulate_value(index_of(table), row, column, runs, &got, &err), 0);
	assert_true(got.error > 0 && got.error < 1 / sqrt((double)runs));
	if (got.promised && !got.kept)
		fail_msg("%s, %s, %s: %g +- %g", table->title, table->rows[row],
			 table->columns[column], got.share, got.error);
	return got.share;
}

/* Each value for which something is promised. */
static void assert_promises(const struct simulate_table *table, int runs)
{
	double least, most;
	int promises = 0;

	for (size_t row = 0; row < table->rows_count; row++)
		for (size_t column = 0; column < table->columns_count; column++)
			if (table->promise(row, column, &least, &most)) {
				share(table, row, column, runs);
				promises++;
			}
	assert_true(promises > 0);
}

static void intervals_cover(void **state)
{
	(void)state;
	assert_promises(&simulate_coverage, 400);
}

/* All hosts together, so that few runs of each suffice; the last row counts slices of one trial as
 * if they were independent, which breaks the promise. */
static void equal_variants_seldom_differ(void **state)
{
	enum { RUNS = 70 };
	size_t last = simulate_claims.rows_count - 1;
	double sum = 0, all = (double)(last * RUNS);

	(void)state;
	for (size_t row = 0; row < last; row++)
		sum += RUNS * share(&simulate_claims, row, 0, RUNS);
	assert_true(sum / all <= 0.05 + 3 * sqrt(0.05 * 0.95 / all));
	assert_true(share(&simulate_claims, last, 0, 20) > 0.5);
}

static void many_metrics_claim_no_more(void **state)
{
	(void)state;
	assert_promises(&simulate_family, 150);
	assert_true(share(&simulate_family, 0, 1, 50) > 0.3);
}

/* Theory is one of many blocks. */
static void a_true_difference_is_found(void **state)
{
	const size_t row = 2, spread = 1;
	double found = share(&simulate_power, row, spread, 300);

	(void)state;
	assert_string_equal(simulate_power.rows[row], "50");
	assert_true(fabs(found - simulate_power.theory(row, spread)) < 0.05);
	assert_true(share(&simulate_power, row, spread + 3, 100) < found);
}

/* Row 3: the smaller sample has the larger spread. */
static void ranks_fail_where_spreads_differ(void **state)
{
	(void)state;
	assert_promises(&simulate_sizes, 40);
	assert_non_null(strstr(simulate_sizes.rows[3], "10 and 40, spreads 5 to 1"));
	assert_true(share(&simulate_sizes, 3, 0, 400) > 0.10);
	assert_true(share(&simulate_sizes, 3, 1, 100) < 0.12);
}

static void classes_are_found(void **state)
{
	(void)state;
	/* of 300 values; that of autocorrelated ones (row 3) is not */
	for (size_t row = 0; row < simulate_steady.rows_count; row++)
		assert_true((share(&simulate_steady, row, 3, 60) > 0.9) == (row != 3));
}

static void a_value_is_the_same_again(void **state)
{
	double first = share(&simulate_power, 0, 1, 200);

	(void)state;
	share(&simulate_power, 1, 1, 50);
	assert_true(share(&simulate_power, 0, 1, 200) == first);
	assert_true(share(&simulate_power, 0, 4, 200) != first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(intervals_cover),
	    cmocka_unit_test(equal_variants_seldom_differ),
	    cmocka_unit_test(many_metrics_claim_no_more),
	    cmocka_unit_test(a_true_difference_is_found),
	    cmocka_unit_test(ranks_fail_where_spreads_differ),
	    cmocka_unit_test(classes_are_found),
	    cmocka_unit_test(a_value_is_the_same_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
