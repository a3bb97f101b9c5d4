/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Intervals that may not overlap, against a map of each instant. */
#include "rig/record/spans.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"

#define LONG 64

static void neighbours_are_one(void **state)
{
	struct spans spans = {0};
	struct span with;
	struct error err = ERROR_INIT;

	(void)state;
	for (int64_t i = 0; i < 1000; i++)
		assert_int_equal(spans_add(&spans, (struct span){i, i + 1}, &with, &err), 0);
	assert_int_equal(spans.count, 1);
	assert_int_equal(spans_add(&spans, (struct span){2000, 2001}, &with, &err), 0);
	assert_int_equal(spans_add(&spans, (struct span){1000, 2000}, &with, &err), 0);
	assert_int_equal(spans.count, 1);
	assert_int_equal(spans_add(&spans, (struct span){500, 501}, &with, &err), 1);
	assert_int_equal(with.from_ns, 0);
	assert_int_equal(with.to_ns, 2001);
	spans_destroy(&spans);
	spans_destroy(&spans);
}

static void as_a_map_says(void **state)
{
	struct random r;

	(void)state;
	random_init(&r, 3, 0);
	for (int round = 0; round < 500; round++) {
		struct spans spans = {0};
		bool map[LONG] = {false};

		for (int i = 0; i < 20; i++) {
			int64_t from = (int64_t)random_below(&r, LONG - 1);
			int64_t to = from + 1 + (int64_t)random_below(&r, 6);
			struct error err = ERROR_INIT;
			struct span with;
			bool taken = false;

			to = to > LONG ? LONG : to;
			for (int64_t k = from; k < to; k++)
				taken |= map[k];
			assert_int_equal(spans_add(&spans, (struct span){from, to}, &with, &err),
					 taken);
			for (int64_t k = from; k < to; k++)
				map[k] = true;
			if (!taken)
				continue;
			assert_true(with.from_ns < to && with.to_ns > from);
			break;
		}
		for (size_t i = 1; i < spans.count; i++)
			assert_true(spans.list[i - 1].to_ns < spans.list[i].from_ns);
		spans_destroy(&spans);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(neighbours_are_one),
	    cmocka_unit_test(as_a_map_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
