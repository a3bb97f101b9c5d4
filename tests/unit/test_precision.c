/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a run has learnt enough to end. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig/run/precision.h"
#include "rig/stats/sequential.h"

static char *metrics[] = {"wall_seconds", "cpu_seconds", NULL};

static void init(struct precision *p, double precision)
{
	struct experiment e = {
	    .variants_count = 3, .trials = 20, .compare = metrics, .precision = precision};
	struct error err = ERROR_INIT;

	assert_int_equal(precision_init(p, &e, &err), 0);
}

/* One block in which variant v is 1 + v times the first at both metrics, but for the last one at
 * the second metric, which varies. */
static bool block(struct precision *p, int nr, double spread)
{
	for (size_t m = 0; m < 2; m++)
		for (size_t v = 0; v < 3; v++)
			p->block[m * 3 + v] =
			    log(1 + (double)v) + (m == 1 && v == 2 ? spread * (nr % 3 - 1) : 0);
	return precision_reached(p, 0.05);
}

static void it_ends_when_all_are_precise(void **state)
{
	struct precision p;
	int blocks = 1;

	(void)state;
	init(&p, 0.05);
	while (!block(&p, blocks, 0))
		blocks++;
	assert_int_equal(blocks, sequential_least(0.95)); /* no spread: the fewest that can */
	precision_destroy(&p);

	init(&p, 0.05);
	for (int i = 0; i < 20; i++)
		assert_false(block(&p, i, 0.5)); /* one of four is never known that well */
	precision_destroy(&p);
}

static void blocks_without_a_pair_do_not_count(void **state)
{
	struct precision p;

	(void)state;
	init(&p, 0.05);
	for (int i = 0; i < 6; i++)
		assert_false(block(&p, i, 0));
	/* the first variant has no valid trial in it */
	assert_false(precision_reached(&p, 0.05));
	assert_int_equal(p.counts[1], 6);
	assert_true(block(&p, 6, 0));
	precision_destroy(&p);
}

static void nothing_is_done_where_none_is_asked_for(void **state)
{
	struct precision p;

	(void)state;
	init(&p, INFINITY);
	assert_int_equal(p.metrics, 0);
	assert_false(precision_reached(&p, INFINITY));
	precision_destroy(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_ends_when_all_are_precise),
	    cmocka_unit_test(blocks_without_a_pair_do_not_count),
	    cmocka_unit_test(nothing_is_done_where_none_is_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
