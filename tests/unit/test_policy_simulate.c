/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The simulator: by hand where that can be computed, and against Erlang's formula. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pool/policy/simulate.h"

#define S  INT64_C(1000000000)
#define MS (S / 1000)

static struct pool_simulate_options options_for(const struct pool_traffic *traffic,
						const char *rule, unsigned workers)
{
	struct pool_simulate_options o = {
	    .traffic = traffic, .autoscale = rule, .scale = POOL_AUTOSCALE_OPTIONS_INIT, .seed = 1};

	o.scale.initial = workers;
	return o;
}

static struct pool_traffic list(const struct pool_arrival *arrivals, size_t count, int64_t length)
{
	struct pool_traffic t;

	assert_int_equal(pool_traffic_take(&t, arrivals, count, length, 100 * MS), 0);
	return t;
}

/* One worker: tasks of 10 ms at 0, 4, 8 and 100 ms begin at 0, 10, 20 and 100. */
static void test_one_worker(void **state)
{
	const struct pool_arrival arrivals[] = {
	    {0, 10 * MS}, {4 * MS, 10 * MS}, {8 * MS, 10 * MS}, {100 * MS, 10 * MS}};
	struct pool_traffic t = list(arrivals, 4, S);
	struct pool_simulate_options o = options_for(&t, "none", 1);
	struct pool_simulate_result r;
	(void)state;

	assert_int_equal(pool_simulate(&o, &r), 0);
	assert_int_equal(r.offered, 4);
	assert_int_equal(r.completed, 4);
	assert_int_equal(r.start_latency_ns[POOL_SIMULATE_P50], 0);
	assert_int_equal(r.start_latency_ns[POOL_SIMULATE_MAX], 12 * MS);
	assert_true(fabs(r.start_latency_mean_ns - 18.0 * MS / 4) < 1e-3);
	assert_int_equal(r.queued_peak, 2);
	assert_int_equal(r.end_ns, 110 * MS);
	pool_traffic_destroy(&t);
}

/* A task that ends at the very instant of an arrival has made room for it. */
static void test_same_instant(void **state)
{
	const struct pool_arrival arrivals[] = {{0, 10 * MS}, {10 * MS, 10 * MS}, {20 * MS, 0}};
	struct pool_traffic t = list(arrivals, 3, S);
	struct pool_simulate_options o = options_for(&t, "none", 1);
	struct pool_simulate_result r;
	(void)state;

	assert_int_equal(pool_simulate(&o, &r), 0);
	assert_int_equal(r.start_latency_ns[POOL_SIMULATE_MAX], 0);
	assert_int_equal(r.queued_peak, 0);
	pool_traffic_destroy(&t);
}

static void test_queue_limit(void **state)
{
	const struct pool_arrival arrivals[] = {{0, S}, {1, S}, {2, S}, {3, S}, {4, S}};
	struct pool_traffic t = list(arrivals, 5, S);
	struct pool_simulate_options o = options_for(&t, "none", 1);
	struct pool_simulate_result r;
	(void)state;

	o.queue_limit = 2;
	assert_int_equal(pool_simulate(&o, &r), 0);
	assert_int_equal(r.completed, 3);
	assert_int_equal(r.refused_full, 2);
	assert_int_equal(r.end_ns, 3 * S);
	pool_traffic_destroy(&t);
}

/* Erlang's C: the probability to wait in M/M/c with the offered load a. (A. Erlang, 1917; by way of
 * his B, whose recursion B(k) = a B(k-1) / (k + a B(k-1)) is exact.) */
static double erlang_c(unsigned servers, double load)
{
	double b = 1;

	for (unsigned k = 1; k <= servers; k++)
		b = load * b / (k + load * b);
	return b / (1 - load / servers * (1 - b));
}

struct waits {
	double mean, error; /* of the mean, from runs that are independent of each other */
	double waited, waited_error;
};

enum { RUNS = 20 };

static struct waits simulate_mmc(unsigned servers, double rate, int64_t service_ns)
{
	double means[RUNS], sum = 0, squares = 0;
	struct waits w = {0};

	for (int i = 0; i < RUNS; i++) {
		struct pool_traffic_shape shape = {.rate = rate,
						   .length_ns = 100 * S,
						   .service_ns = service_ns,
						   .poisson = true,
						   .exponential_service = true,
						   .seed = 1000 + (uint64_t)i,
						   .step_ns = S};
		struct pool_simulate_options o;
		struct pool_simulate_result r;
		struct pool_traffic t;

		assert_int_equal(pool_traffic_make(&t, &shape), 0);
		o = options_for(&t, "none", servers);
		assert_int_equal(pool_simulate(&o, &r), 0);
		assert_int_equal(r.completed, t.count);
		means[i] = r.start_latency_mean_ns;
		pool_traffic_destroy(&t);
	}
	for (int i = 0; i < RUNS; i++)
		sum += means[i];
	w.mean = sum / RUNS;
	for (int i = 0; i < RUNS; i++)
		squares += (means[i] - w.mean) * (means[i] - w.mean);
	w.error = sqrt(squares / (RUNS - 1) / RUNS);
	return w;
}

/* The mean wait is C / (cμ - λ). Seeds are fixed, so this can't fail by chance; four standard
 * errors are what a wrong simulator would have to hide in, and they are below 8 %. */
static void against_erlang(unsigned servers, double rate, int64_t service_ns)
{
	double load = rate * (double)service_ns / 1e9;
	double expected =
	    erlang_c(servers, load) / ((double)servers / (double)service_ns - rate / 1e9);
	struct waits w = simulate_mmc(servers, rate, service_ns);

	print_message("M/M/%u, load %.1f: mean wait %.0f ± %.0f ns, by Erlang's formula %.0f "
		      "(seeds 1000 to %d)\n",
		      servers, load, w.mean, w.error, expected, 1000 + RUNS - 1);
	assert_true(fabs(w.mean - expected) < 4 * w.error);
	assert_true(w.error < 0.02 * expected);
}

static void test_erlang(void **state)
{
	(void)state;
	against_erlang(1, 500, MS);       /* M/M/1, ρ = 0.5: 1 ms */
	against_erlang(4, 600, 5 * MS);   /* ρ = 0.75 */
	against_erlang(16, 2400, 5 * MS); /* ρ = 0.75 */
}

static struct pool_traffic_shape burst(bool poisson)
{
	return (struct pool_traffic_shape){.rate = 500,
					   .peak = 3200,
					   .at_ns = 65 * S,
					   .rise_ns = 200 * MS,
					   .hold_ns = 20 * S,
					   .length_ns = 90 * S,
					   .service_ns = 5 * MS,
					   .poisson = poisson,
					   .seed = 7,
					   .step_ns = 100 * MS};
}

static struct pool_simulate_result under(const char *rule, const struct pool_traffic_shape *shape,
					 int64_t startup_ns)
{
	struct pool_simulate_options o;
	struct pool_simulate_result r;
	struct pool_traffic t;

	assert_int_equal(pool_traffic_make(&t, shape), 0);
	o = options_for(&t, rule, 3);
	o.startup_ns = startup_ns;
	assert_int_equal(pool_simulate(&o, &r), 0);
	assert_int_equal(r.completed, r.offered);
	pool_traffic_destroy(&t);
	return r;
}

/* The burst from 500 to 3200 a second: the shorter a rule's memory, the sooner it is up to it, and
 * who looks ahead comes first. */
static void test_reactions(void **state)
{
	(void)state;
	for (int poisson = 0; poisson < 2; poisson++) {
		struct pool_traffic_shape shape = burst(poisson);
		struct pool_simulate_result r60 = under("static60", &shape, MS),
					    r30 = under("static30", &shape, MS),
					    two = under("two-scale", &shape, MS),
					    ahead = under("predictive", &shape, MS),
					    none = under("none", &shape, MS);

		assert_false(pool_scaling_score_reacted(&none.score));
		assert_int_equal(none.score.unmet, 1);
		assert_true(pool_scaling_score_reacted(&r60.score));
		assert_true(r30.score.reaction_ns < r60.score.reaction_ns);
		assert_true(two.score.reaction_ns < r30.score.reaction_ns);
		assert_true(pool_scaling_score_reacted(&ahead.score));
		assert_true(ahead.score.reaction_ns < two.score.reaction_ns);
		assert_true(pool_scaling_score_over(&ahead.score) <
			    pool_scaling_score_over(&two.score));
	}
}

/* What a worker takes to start is part of the reaction, to the nanosecond. */
static void test_startup(void **state)
{
	struct pool_traffic_shape shape = burst(false);
	struct pool_simulate_result at_once, later;
	(void)state;

	at_once = under("static30", &shape, 0);
	later = under("static30", &shape, 10 * MS);
	assert_int_equal(later.score.reaction_ns - at_once.score.reaction_ns, 10 * MS);
}

static void keep_last(void *arg, const struct pool_simulate_tick *tick)
{
	*(struct pool_simulate_tick *)arg = *tick;
}

/* Workers that are too many go: idle ones at once, busy ones when their tasks are done, not before,
 * and without taking another one. */
static void test_going(void **state)
{
	/* Ten tasks of a second at 0, five of 100 ms when all are busy. */
	struct pool_arrival arrivals[15] = {0};
	struct pool_simulate_tick last = {0};
	struct pool_simulate_options o;
	struct pool_simulate_result r;
	struct pool_traffic t;
	(void)state;

	for (int i = 0; i < 15; i++)
		arrivals[i] = i < 10 ? (struct pool_arrival){0, S}
				     : (struct pool_arrival){500 * MS, 100 * MS};
	t = list(arrivals, 15, S);
	o = options_for(&t, "static60", 12);
	o.scale.max = 1;
	o.scale.cool_down_ns = 0;
	o.scale.service_ns = 1; /* so that it can say so from the first tick with a rate on */
	o.on_tick = keep_last;
	o.arg = &last;
	assert_int_equal(pool_simulate(&o, &r), 0);
	assert_int_equal(last.at_ns, 900 * MS);
	assert_int_equal(last.wanted, 1);
	assert_int_equal(last.ready, 10);
	assert_int_equal(last.busy, 10);
	assert_int_equal(last.queued, 5);
	/* One of the ten is left for the five, one after the other. */
	assert_int_equal(r.start_latency_ns[POOL_SIMULATE_MAX], 900 * MS);
	assert_int_equal(r.end_ns, 1500 * MS);
	assert_int_equal(r.completed, 15);
	pool_traffic_destroy(&t);
}

static void test_same_seed_same_result(void **state)
{
	struct pool_traffic_shape shape = burst(true);
	struct pool_simulate_result a = under("predictive", &shape, MS),
				    b = under("predictive", &shape, MS), c;
	(void)state;

	assert_memory_equal(a.start_latency_ns, b.start_latency_ns, sizeof(a.start_latency_ns));
	assert_int_equal(a.offered, b.offered);
	shape.seed++;
	c = under("predictive", &shape, MS);
	assert_int_not_equal(a.offered, c.offered);
}

/* A storm in which all fail: the breaker opens after some, and what it refuses does not run. After
 * the storm it closes by itself. */
static void test_breaker(void **state)
{
	struct pool_breaker_options breaker = POOL_BREAKER_OPTIONS_INIT;
	struct pool_traffic_shape shape = {.rate = 1000,
					   .length_ns = 60 * S,
					   .service_ns = 5 * MS,
					   .seed = 1,
					   .step_ns = 100 * MS};
	struct pool_simulate_options o;
	struct pool_simulate_result with, without;
	struct pool_traffic t;
	(void)state;

	assert_int_equal(pool_traffic_make(&t, &shape), 0);
	o = options_for(&t, "none", 10);
	o.fail_share = 1;
	o.fail_at_ns = 10 * S;
	o.fail_for_ns = 12 * S;
	assert_int_equal(pool_simulate(&o, &without), 0);
	assert_int_equal(without.failed, 12000);
	o.breaker = &breaker;
	assert_int_equal(pool_simulate(&o, &with), 0);
	assert_int_equal(with.offered, with.completed + with.refused_breaker);
	assert_int_equal(with.breaker.refused, with.refused_breaker);
	/* More than 60 % of the last 5 s have to fail first: 3 s of the storm. Then there are those
	 * under way, and single probes. */
	assert_in_range(with.failed, 3000, 3020);
	assert_int_equal(with.breaker.ways[POOL_BREAKER_TRIPPED], 1);
	assert_int_equal(with.breaker.ways[POOL_BREAKER_PROBE_FAILED], 1);
	assert_int_equal(with.breaker.ways[POOL_BREAKER_COOLED], 2);
	assert_int_equal(with.breaker.ways[POOL_BREAKER_RECOVERED], 1);
	assert_int_equal(with.breaker.state, POOL_BREAKER_CLOSED);
	pool_traffic_destroy(&t);
}

static void test_failures(void **state)
{
	struct pool_traffic_shape shape = {
	    .rate = 1000, .length_ns = 100 * S, .service_ns = MS, .seed = 1, .step_ns = 100 * MS};
	struct pool_simulate_options o;
	struct pool_simulate_result r;
	struct pool_traffic t;
	(void)state;

	assert_int_equal(pool_traffic_make(&t, &shape), 0);
	o = options_for(&t, "none", 10);
	o.fail_share = 0.25;
	o.fail_at_ns = 50 * S;
	o.fail_for_ns = 50 * S;
	assert_int_equal(pool_simulate(&o, &r), 0);
	/* Of 50000: five standard deviations are 484. */
	assert_in_range(r.failed, 12500 - 484, 12500 + 484);
	pool_traffic_destroy(&t);
}

static void test_traffic(void **state)
{
	struct pool_traffic_shape shape = burst(false);
	struct pool_traffic t;
	(void)state;

	/* 500 · 65, 1850 · 0.2, 3200 · 20, 500 · 4.8; the last may fall on the end. */
	assert_int_equal(pool_traffic_make(&t, &shape), 0);
	assert_in_range(t.count, 32500 + 370 + 64000 + 2400 - 1, 32500 + 370 + 64000 + 2400);
	assert_int_equal(pool_traffic_need(&t, 0), 3);
	assert_int_equal(pool_traffic_need(&t, 65 * S), 6); /* 1175 a second in its middle */
	assert_int_equal(pool_traffic_need(&t, 65 * S + 200 * MS), 16);
	assert_int_equal(pool_traffic_need(&t, 85 * S + 200 * MS), 3);
	assert_int_equal(pool_traffic_need(&t, 91 * S), 0);
	for (size_t i = 1; i < t.count; i++)
		assert_true(t.arrivals[i].at_ns >= t.arrivals[i - 1].at_ns);
	assert_int_equal(t.arrivals[0].at_ns, 2 * MS);
	pool_traffic_destroy(&t);
}

/* Evenly spaced arrivals in a list have the need of their rate, no more. */
static void test_need_of_a_list(void **state)
{
	struct pool_traffic_shape shape = burst(false);
	struct pool_traffic made, taken;
	(void)state;

	shape.at_ns = 10 * S;
	shape.length_ns = 60 * S;
	assert_int_equal(pool_traffic_make(&made, &shape), 0);
	assert_int_equal(
	    pool_traffic_take(&taken, made.arrivals, made.count, shape.length_ns, shape.step_ns),
	    0);
	assert_int_equal(taken.steps, made.steps);
	for (size_t i = 0; i < taken.steps; i++)
		assert_in_range(taken.needs[i], made.needs[i] - 1, made.needs[i]);
	assert_int_equal(pool_traffic_need(&taken, 20 * S), 16);
	assert_int_equal(pool_traffic_need(&taken, 50 * S), 3);
	pool_traffic_destroy(&made);
	pool_traffic_destroy(&taken);
}

static void test_bad_input(void **state)
{
	const struct pool_arrival unsorted[] = {{2, 1}, {1, 1}}, late[] = {{S, 1}},
				  negative[] = {{0, -1}};
	const struct pool_traffic_shape good = burst(true);
	struct pool_traffic_shape bad[9];
	struct pool_simulate_options o;
	struct pool_simulate_result r;
	struct pool_traffic t;
	(void)state;

	for (int i = 0; i < 9; i++)
		bad[i] = good;
	bad[0].rate = 0;
	bad[1].peak = 1;
	bad[2].length_ns = 0;
	bad[3].service_ns = 0;
	bad[4].step_ns = 0;
	bad[5].wave = 0.5;
	bad[6].wave = 1.5;
	bad[7].rise_ns = -1;
	bad[8].at_ns = -1;
	for (int i = 0; i < 9; i++)
		assert_int_equal(pool_traffic_make(&t, &bad[i]), EINVAL);
	bad[0] = good;
	bad[0].rate = bad[0].peak = 1e6;
	assert_int_equal(pool_traffic_make(&t, &bad[0]), EFBIG);
	bad[0] = good;
	bad[0].step_ns = 1;
	assert_int_equal(pool_traffic_make(&t, &bad[0]), EFBIG);
	assert_int_equal(pool_traffic_take(&t, unsorted, 2, S, S), EINVAL);
	assert_int_equal(pool_traffic_take(&t, late, 1, S, S), EINVAL);
	assert_int_equal(pool_traffic_take(&t, negative, 1, S, S), EINVAL);
	assert_int_equal(pool_traffic_take(&t, late, 0, 0, S), EINVAL);

	assert_int_equal(pool_traffic_take(&t, NULL, 0, S, S), 0);
	o = options_for(&t, "none", 1);
	assert_int_equal(pool_simulate(&o, &r), 0);
	assert_int_equal(r.offered, 0);
	assert_int_equal(r.start_latency_ns[POOL_SIMULATE_P99], -1);
	o.startup_ns = -1;
	assert_int_equal(pool_simulate(&o, &r), EINVAL);
	o = options_for(&t, "all", 1);
	assert_int_equal(pool_simulate(&o, &r), EINVAL);
	o = options_for(&t, "none", 1);
	o.fail_share = 1.5;
	assert_int_equal(pool_simulate(&o, &r), EINVAL);
	pool_traffic_destroy(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_worker),  cmocka_unit_test(test_same_instant),
	    cmocka_unit_test(test_queue_limit), cmocka_unit_test(test_erlang),
	    cmocka_unit_test(test_reactions),   cmocka_unit_test(test_startup),
	    cmocka_unit_test(test_going),       cmocka_unit_test(test_same_seed_same_result),
	    cmocka_unit_test(test_breaker),     cmocka_unit_test(test_failures),
	    cmocka_unit_test(test_traffic),     cmocka_unit_test(test_need_of_a_list),
	    cmocka_unit_test(test_bad_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
