/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The autoscaler on a pool that runs: its ticks are made here, at times of our own. */
#include "tests/unit/pool_help.h"

#include <string.h>

#include "base/clock.h"
#include "workloads/poolbench/scaling.h"

#define TICK BENCH_TICK_NS

static struct bench_policy_params params_for(const char *rule)
{
	struct bench_policy_params p = {
	    .scale_min = 1, .scale_max = 50, .scale_cool_down_ns = NS_PER_S};

	for (int i = 0; pool_autoscale_names()[i]; i++)
		if (strcmp(pool_autoscale_names()[i], rule) == 0)
			p.autoscale = i + 1;
	assert_int_not_equal(p.autoscale, 0);
	return p;
}

/* What stands before the pool. */
static void reject_before(struct pool *pool, struct pool_overload *overload)
{
	const struct pool_overload_options options = {0};

	assert_int_equal(pool_overload_init(overload, "reject", pool, &options), 0);
}

static struct pool *open_fixed(unsigned workers)
{
	struct pool_options options = POOL_OPTIONS_INIT;

	options.capacity = workers;
	return open_or_fail("fixed", &options);
}

static void test_off(void **state)
{
	struct bench_policy_params p = {0};
	struct bench_scaling s;
	struct error err = ERROR_INIT;
	(void)state;

	assert_int_equal(bench_scaling_init(&s, &p, NULL, 1, NULL, NS_PER_S, &err), 0);
	assert_null(s.pool);
	bench_scaling_destroy(&s);
}

static void test_pool_that_can_not(void **state)
{
	struct bench_policy_params p = params_for("little");
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool = open_or_fail("naive", &options);
	struct pool_overload overload;
	struct bench_schedule schedule;
	struct bench_scaling s;
	struct error err = ERROR_INIT;
	(void)state;

	reject_before(pool, &overload);
	assert_int_equal(bench_schedule_constant(&schedule, 1000, 5000000, &err), 0);
	assert_int_equal(bench_scaling_init(&s, &p, &overload, 1, &schedule, NS_PER_S, &err), -1);
	assert_non_null(strstr(err.text, "cannot be changed"));
	bench_scaling_destroy(&s);
	pool_close(pool, POOL_DRAIN);
	pool_overload_destroy(&overload);
	bench_schedule_destroy(&schedule);
}

/* 1000 a second of 5 ms need 5 workers in each tick, and none is another one's. */
static void test_needs(void **state)
{
	struct bench_policy_params p = params_for("none");
	struct pool *pool = open_fixed(2);
	struct pool_overload overload;
	struct bench_schedule schedule;
	struct bench_scaling s;
	struct error err = ERROR_INIT;
	(void)state;

	reject_before(pool, &overload);
	assert_int_equal(bench_schedule_constant(&schedule, 1000, 5000000, &err), 0);
	assert_int_equal(bench_scaling_init(&s, &p, &overload, 2, &schedule, 3 * NS_PER_S, &err),
			 0);
	assert_int_equal(s.steps, 31);
	for (uint64_t i = 0; i < s.steps; i++)
		assert_int_equal(s.needs[i], 5);
	assert_int_equal(bench_scaling_tick(&s, TICK, false), 2);
	assert_false(s.score.begun);
	for (int i = 2; i <= 11; i++)
		assert_int_equal(bench_scaling_tick(&s, i * TICK, true), 2);
	pool_scaling_score_end(&s.score, 12 * TICK);
	assert_int_equal(s.score.unmet, 1);
	assert_int_equal(s.score.unmet_ns, 10 * TICK);
	assert_int_equal(s.score.need_peak, 5);
	assert_int_equal(s.score.capacity_peak, 2);
	bench_scaling_destroy(&s);
	pool_close(pool, POOL_DRAIN);
	pool_overload_destroy(&overload);
	bench_schedule_destroy(&schedule);
}

/* A rule that was shown a past knows rate and service time at its first tick, and tunes the pool.
 */
static void test_past(void **state)
{
	struct bench_policy_params p = params_for("static60");
	struct probe probes[100];
	struct pool *pool = open_fixed(2);
	struct pool_overload overload;
	struct bench_schedule schedule;
	struct bench_scaling s;
	struct error err = ERROR_INIT;
	(void)state;

	p.scale_past_ns = 60 * NS_PER_S;
	reject_before(pool, &overload);
	assert_int_equal(bench_schedule_constant(&schedule, 1000, 5000000, &err), 0);
	assert_int_equal(bench_scaling_init(&s, &p, &overload, 2, &schedule, NS_PER_S, &err), 0);
	assert_int_equal(s.past.at_ns, -TICK);
	assert_int_equal(s.past.offered, 59900);
	/* A hundred tasks have come, as ever. */
	for (int i = 0; i < 100; i++) {
		probes[i] = (struct probe)PROBE(0);
		submit_ok(pool, &probes[i]);
	}
	await(stats_of(pool).completed == 100);
	bench_scaling_tick(&s, 0, true);
	assert_int_equal(s.scaler.state.capacity, 5);
	assert_int_equal(stats_of(pool).capacity, 5);
	assert_int_equal(s.refused, 0);
	bench_scaling_destroy(&s);
	pool_close(pool, POOL_DRAIN);
	pool_overload_destroy(&overload);
	bench_schedule_destroy(&schedule);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_off),
	    cmocka_unit_test(test_pool_that_can_not),
	    cmocka_unit_test(test_needs),
	    cmocka_unit_test(test_past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
