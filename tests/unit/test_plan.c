/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "rig/plan/plan.h"

/* The first numbers of the authors' reference programs (splitmix64.c seeded with 1234567, and
 * xoshiro256starstar.c with the state 1, 2, 3, 4). */
static void generators_are_the_published_ones(void **state)
{
	static const uint64_t splitmix[] = {
	    6457827717110365317ULL, 3203168211198807973ULL,  9817491932198370423ULL,
	    4593380528125082431ULL, 16408922859458223821ULL,
	};
	static const uint64_t xoshiro[] = {
	    11520ULL,
	    0ULL,
	    1509978240ULL,
	    1215971899390074240ULL,
	    1216172134540287360ULL,
	    607988272756665600ULL,
	};
	struct random r = {{1, 2, 3, 4}};
	uint64_t seed = 1234567;

	(void)state;
	for (size_t i = 0; i < sizeof(splitmix) / sizeof(*splitmix); i++)
		assert_true(random_splitmix(&seed) == splitmix[i]);
	for (size_t i = 0; i < sizeof(xoshiro) / sizeof(*xoshiro); i++)
		assert_true(random_next(&r) == xoshiro[i]);
}

static void streams_differ(void **state)
{
	struct random a, b, c;

	(void)state;
	random_init(&a, 42, RANDOM_STREAM_PLAN);
	random_init(&b, 42, RANDOM_STREAM_SCHEDULE);
	random_init(&c, 42, RANDOM_STREAM_PLAN);
	for (int i = 0; i < 4; i++) {
		assert_true(a.state[i] != b.state[i]);
		assert_true(a.state[i] == c.state[i]);
	}
}

/* A bound near 2^64 makes a biased generator give its lower half twice as often. */
static void below_is_unbiased(void **state)
{
	const uint64_t bound = (UINT64_C(1) << 63) + (UINT64_C(1) << 62);
	struct random r;
	int counts[3] = {0};

	(void)state;
	random_init(&r, 7, RANDOM_STREAM_PLAN);
	assert_true(random_below(&r, 0) == 0);
	assert_true(random_below(&r, 1) == 0);
	for (int i = 0; i < 30000; i++) {
		uint64_t x = random_below(&r, bound);

		assert_true(x < bound);
		counts[x >> 62]++;
	}
	for (int i = 0; i < 3; i++) /* 10000 each, five standard deviations */
		assert_in_range(counts[i], 10000 - 410, 10000 + 410);
}

static void unit_is_never_zero(void **state)
{
	struct random r = {{0, 0, 0, 0}}; /* the one state that gives only zeros */

	(void)state;
	assert_true(random_unit(&r) > 0);
	random_init(&r, 1, RANDOM_STREAM_PLAN);
	for (int i = 0; i < 1000; i++) {
		double u = random_unit(&r);

		assert_true(u > 0 && u <= 1);
	}
}

/* A stored seed must give its plan again in each later version: this one must never change. */
static void a_seed_gives_its_plan_for_ever(void **state)
{
	static const int want[] = {1, 2, 0, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2};
	struct plan plan;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(plan_init(&plan, 3, 5, 42, &err), 0);
	assert_int_equal(plan.count, 15);
	for (size_t i = 0; i < plan.count; i++) {
		assert_int_equal(plan.trials[i].block, i / 3);
		assert_int_equal(plan.trials[i].variant, want[i]);
	}
	plan_destroy(&plan);
}

static void every_block_is_complete(void **state)
{
	struct plan plan;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(plan_init(&plan, 64, 100, 9, &err), 0);
	for (int block = 0; block < 100; block++) {
		uint64_t seen = 0;

		for (int i = 0; i < 64; i++) {
			const struct plan_trial *t = &plan.trials[block * 64 + i];

			assert_int_equal(t->block, block);
			assert_in_range(t->variant, 0, 63);
			seen |= UINT64_C(1) << t->variant;
		}
		assert_true(seen == UINT64_MAX);
	}
	plan_destroy(&plan);
}

static void all_orders_come(void **state)
{
	struct plan plan;
	struct error err = ERROR_INIT;
	int counts[27] = {0}, orders = 0;

	(void)state;
	assert_int_equal(plan_init(&plan, 3, 6000, 5, &err), 0);
	for (size_t i = 0; i < plan.count; i += 3)
		counts[plan.trials[i].variant * 9 + plan.trials[i + 1].variant * 3 +
		       plan.trials[i + 2].variant]++;
	plan_destroy(&plan);
	for (int i = 0; i < 27; i++) {
		if (!counts[i])
			continue;
		orders++;
		assert_in_range(counts[i], 1000 - 145, 1000 + 145); /* five standard deviations */
	}
	assert_int_equal(orders, 6);
}

static void seeds_matter(void **state)
{
	struct plan a, b;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(plan_init(&a, 8, 8, 1, &err), 0);
	assert_int_equal(plan_init(&b, 8, 8, 2, &err), 0);
	assert_memory_not_equal(a.trials, b.trials, a.count * sizeof(*a.trials));
	plan_destroy(&a);
	plan_destroy(&b);
}

static void nothing_to_run_is_an_error(void **state)
{
	struct plan plan;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(plan_init(&plan, 0, 3, 1, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_int_equal(plan_init(&plan, 3, 0, 1, &err), -1);
	assert_int_equal(plan_init(&plan, 3, -1, 1, &err), -1);
	assert_int_equal(plan_init(&plan, SIZE_MAX, 2, 1, &err), -1);
	assert_int_equal(plan_init(&plan, 1 << 20, 1 << 20, 1, &err), -1);
	assert_null(plan.trials);
	plan_destroy(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(generators_are_the_published_ones),
	    cmocka_unit_test(streams_differ),
	    cmocka_unit_test(below_is_unbiased),
	    cmocka_unit_test(unit_is_never_zero),
	    cmocka_unit_test(a_seed_gives_its_plan_for_ever),
	    cmocka_unit_test(every_block_is_complete),
	    cmocka_unit_test(all_orders_come),
	    cmocka_unit_test(seeds_matter),
	    cmocka_unit_test(nothing_to_run_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
