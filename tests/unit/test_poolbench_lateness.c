/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "workloads/poolbench/lateness.h"

struct step {
	int64_t intended, begin, end; /* as they happened */
	int64_t late;                 /* the generator's own, as worked out by hand */
};

static void follow(const struct step *steps, size_t n)
{
	struct bench_lateness l = {0};

	for (size_t i = 0; i < n; i++) {
		assert_int_equal(bench_lateness_begin(&l, steps[i].intended, steps[i].begin),
				 steps[i].late);
		bench_lateness_end(&l, steps[i].begin, steps[i].end);
	}
}
#define FOLLOW(steps) follow(steps, sizeof(steps) / sizeof((steps)[0]))

static void test_on_time(void **state)
{
	static const struct step steps[] = {
	    {1000, 1000, 1500, 0}, {2000, 2000, 2500, 0}, {3000, 3007, 3500, 7}};
	(void)state;

	FOLLOW(steps);
}

/* The pool's submit is slow: what follows is late by the pool's fault, not by the generator's. */
static void test_kept_by_submit(void **state)
{
	static const struct step steps[] = {
	    {1000, 1000, 4000, 0},                         /* 3 us in submit */
	    {2000, 4000, 4500, 0},                         /* could not begin before */
	    {3000, 4500, 5000, 0}, {4000, 5050, 5100, 50}, /* and 50 ns of its own */
	    {9000, 9000, 9100, 0},
	};
	(void)state;

	FOLLOW(steps);
}

/* The generator stalls: all the tasks that it makes late are counted, until it has caught up. */
static void test_own_stall(void **state)
{
	static const struct step steps[] = {
	    {1000, 1000, 1100, 0},    {2000, 5000, 5100, 3000}, /* the stall */
	    {3000, 5100, 5200, 2100}, {4000, 5200, 5300, 1200},
	    {5000, 5300, 5400, 300},  {6000, 6000, 6100, 0}, /* caught up */
	};
	(void)state;

	FOLLOW(steps);
}

/* A stall, and then a submit that waits for the pool: it would have waited anyway. */
static void test_stall_before_a_wait(void **state)
{
	static const struct step steps[] = {
	    {1000, 3000, 3000 + BENCH_SUBMIT_WAITED_NS, 2000},
	    {2000, 3000 + BENCH_SUBMIT_WAITED_NS, 3100 + BENCH_SUBMIT_WAITED_NS, 0},
	};
	(void)state;

	FOLLOW(steps);
}

/* Looked at before its time (a stop): never negative. */
static void test_early(void **state)
{
	static const struct step steps[] = {{1000, 900, 950, 0}, {2000, 2000, 2010, 0}};
	(void)state;

	FOLLOW(steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_on_time),   cmocka_unit_test(test_kept_by_submit),
	    cmocka_unit_test(test_own_stall), cmocka_unit_test(test_stall_before_a_wait),
	    cmocka_unit_test(test_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
