/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The circuit breaker on a made clock: the borders of its window, of its threshold, of its states.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "pool/policy/breaker.h"
#include "pool/policy/degrade.h"

#define S  POOL_NS_PER_S
#define MS (S / 1000)
/* Not a multiple of anything, so that nothing comes out right by chance. */
#define ORIGIN INT64_C(123456789012345)

struct fixture {
	struct pool_made_clock clock;
	struct pool_breaker breaker;
};

static void at(struct fixture *f, int64_t since_origin)
{
	pool_made_clock_set(&f->clock, ORIGIN + since_origin);
}

static void set_up(struct fixture *f, const struct pool_breaker_options *options)
{
	pool_made_clock_init(&f->clock, ORIGIN);
	assert_int_equal(pool_breaker_init(&f->breaker, options, &f->clock.clock), 0);
}

static struct pool_breaker_stats stats_of(const struct fixture *f)
{
	struct pool_breaker_stats stats;

	pool_breaker_stats(&f->breaker, &stats);
	return stats;
}

static void call(struct fixture *f, int count, bool failed)
{
	for (int i = 0; i < count; i++) {
		pool_breaker_permit permit = pool_breaker_allow(&f->breaker);

		assert_int_not_equal(permit, 0);
		pool_breaker_record(&f->breaker, permit, failed);
	}
}

static void assert_window(const struct pool_outcome_window *w, int64_t now, uint64_t calls,
			  uint64_t failures)
{
	struct pool_outcome_counts counts;

	pool_outcome_window_read(w, now, &counts);
	assert_int_equal(counts.calls, calls);
	assert_int_equal(counts.failures, failures);
}

static void test_window_borders(void **state)
{
	struct pool_outcome_window w;
	(void)state;

	assert_int_equal(pool_outcome_window_init(&w, ORIGIN, 5 * S), 0);
	assert_window(&w, ORIGIN, 0, 0);
	pool_outcome_window_add(&w, ORIGIN, true);
	assert_window(&w, ORIGIN, 1, 1);
	assert_window(&w, ORIGIN + 5 * S - 1, 1, 1);
	assert_window(&w, ORIGIN + 5 * S, 0, 0);
	assert_window(&w, ORIGIN + 5 * S + 1, 0, 0);
}

/* The last instant of a bucket goes with the bucket. */
static void test_window_within_a_bucket(void **state)
{
	struct pool_outcome_window w;
	(void)state;

	assert_int_equal(pool_outcome_window_init(&w, ORIGIN, 5 * S), 0);
	pool_outcome_window_add(&w, ORIGIN + 100 * MS - 1, false);
	pool_outcome_window_add(&w, ORIGIN + 100 * MS, true);
	assert_window(&w, ORIGIN + 5 * S - 1, 2, 1);
	assert_window(&w, ORIGIN + 5 * S, 1, 1);
	assert_window(&w, ORIGIN + 5 * S + 100 * MS - 1, 1, 1);
	assert_window(&w, ORIGIN + 5 * S + 100 * MS, 0, 0);
}

static void test_window_reuses_buckets(void **state)
{
	struct pool_outcome_window w;
	(void)state;

	assert_int_equal(pool_outcome_window_init(&w, ORIGIN, 5 * S), 0);
	for (int round = 0; round < 3; round++) {
		int64_t begin = ORIGIN + round * 50 * S;

		for (int i = 0; i < 3; i++)
			pool_outcome_window_add(&w, begin, i == 0);
		assert_window(&w, begin, 3, 1);
	}
	/* One that took its time, and comes when its bucket is another one's. */
	pool_outcome_window_add(&w, ORIGIN, true);
	assert_window(&w, ORIGIN + 100 * S, 3, 1);
	/* Not even the last bucket of all is older than a window. */
	assert_window(&w, ORIGIN + 1000 * S, 0, 0);
	pool_outcome_window_clear(&w);
	assert_window(&w, ORIGIN + 100 * S, 0, 0);
}

static void test_window_keeps_the_ratio(void **state)
{
	const uint64_t many = UINT64_C(1) << 20;
	struct pool_outcome_counts counts;
	struct pool_outcome_window w;
	(void)state;

	assert_int_equal(pool_outcome_window_init(&w, ORIGIN, 5 * S), 0);
	for (uint64_t i = 0; i < 2 * many; i++)
		pool_outcome_window_add(&w, ORIGIN, i % 4 == 0);
	pool_outcome_window_read(&w, ORIGIN, &counts);
	assert_in_range(counts.calls, many / 2, many - 1);
	assert_in_range(4 * counts.failures, counts.calls - 8, counts.calls + 8);
}

static void test_window_lengths(void **state)
{
	struct pool_outcome_window w;
	(void)state;

	assert_int_equal(pool_outcome_window_init(&w, 0, 50), 0);
	assert_int_equal(pool_outcome_window_init(&w, 0, 0), EINVAL);
	assert_int_equal(pool_outcome_window_init(&w, 0, -50), EINVAL);
	assert_int_equal(pool_outcome_window_init(&w, 0, 51), EINVAL);
}

/* 600 of 1000 is 60 % and does not open; one more does. */
static void test_threshold(void **state)
{
	struct pool_breaker_options options = POOL_BREAKER_OPTIONS_INIT;
	struct fixture f;
	(void)state;

	set_up(&f, &options);
	call(&f, 400, false);
	call(&f, 600, true);
	assert_int_equal(stats_of(&f).window.failures * 100, stats_of(&f).window.calls * 60);
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_CLOSED);
	call(&f, 1, true);
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_OPEN);
	assert_int_equal(stats_of(&f).ways[POOL_BREAKER_TRIPPED], 1);
	assert_int_equal(pool_breaker_allow(&f.breaker), 0);
	assert_int_equal(stats_of(&f).refused, 1);
	pool_breaker_destroy(&f.breaker);
}

static void test_least_number_of_calls(void **state)
{
	struct pool_breaker_options options = POOL_BREAKER_OPTIONS_INIT;
	struct fixture f;
	(void)state;

	set_up(&f, &options);
	call(&f, 19, true);
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_CLOSED);
	/* The twentieth went well, and 19 of 20 is too much nevertheless. */
	call(&f, 1, false);
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_OPEN);
	pool_breaker_destroy(&f.breaker);
}

/* Failures that have fallen out of the window are forgotten, and at the border they are. */
static void opens_with_failures_after(int64_t after, bool opens)
{
	struct pool_breaker_options options = POOL_BREAKER_OPTIONS_INIT;
	struct fixture f;

	options.min_calls = 20;
	set_up(&f, &options);
	call(&f, 19, true);
	at(&f, after);
	call(&f, 1, true);
	assert_int_equal(stats_of(&f).state, opens ? POOL_BREAKER_OPEN : POOL_BREAKER_CLOSED);
	pool_breaker_destroy(&f.breaker);
}

static void test_old_failures(void **state)
{
	(void)state;
	opens_with_failures_after(5 * S - 1, true);
	opens_with_failures_after(5 * S, false);
	opens_with_failures_after(5 * S + 1, false);
}

/* One that went well may be what is missing to the least number of calls, as long as the failures
 * are in the window. */
static void opens_with_success_after(int64_t after, bool opens)
{
	struct pool_breaker_options options = POOL_BREAKER_OPTIONS_INIT;
	struct fixture f;

	set_up(&f, &options);
	call(&f, 19, true);
	at(&f, after);
	call(&f, 1, false);
	assert_int_equal(stats_of(&f).state, opens ? POOL_BREAKER_OPEN : POOL_BREAKER_CLOSED);
	pool_breaker_destroy(&f.breaker);
}

static void test_old_failures_and_success(void **state)
{
	(void)state;
	opens_with_success_after(5 * S - 1, true);
	opens_with_success_after(5 * S, false);
}

static void open_it(struct fixture *f)
{
	call(f, (int)f->breaker.options.min_calls, true);
	assert_int_equal(stats_of(f).state, POOL_BREAKER_OPEN);
}

/* [opened, opened + cool-down) is open. */
static void test_cool_down(void **state)
{
	struct pool_breaker_options options = POOL_BREAKER_OPTIONS_INIT;
	struct fixture f;
	(void)state;

	set_up(&f, &options);
	at(&f, 7);
	open_it(&f);
	at(&f, 7 + 5 * S - 1);
	assert_int_equal(pool_breaker_allow(&f.breaker), 0);
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_OPEN);
	at(&f, 7 + 5 * S);
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_OPEN); /* nobody has called yet */
	assert_int_not_equal(pool_breaker_allow(&f.breaker), 0);
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_HALF_OPEN);
	assert_int_equal(stats_of(&f).ways[POOL_BREAKER_COOLED], 1);
	assert_int_equal(stats_of(&f).probes, 1);
	pool_breaker_destroy(&f.breaker);
}

/* One call of a hundred, counted, and which they are. */
static void test_one_percent_of_probes(void **state)
{
	struct pool_breaker_options options = POOL_BREAKER_OPTIONS_INIT;
	struct fixture f;
	(void)state;

	set_up(&f, &options);
	open_it(&f);
	at(&f, 5 * S);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(pool_breaker_allow(&f.breaker) != 0, i % 100 == 0);
	assert_int_equal(stats_of(&f).probes, 1000);
	assert_int_equal(stats_of(&f).refused, 99000);
	pool_breaker_destroy(&f.breaker);
}

static void test_other_shares_of_probes(void **state)
{
	static const unsigned shares[] = {1, 333333, 15000, 1000000};
	struct pool_breaker_options options = POOL_BREAKER_OPTIONS_INIT;
	struct fixture f;
	(void)state;

	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		options.probe_ppm = shares[i];
		set_up(&f, &options);
		open_it(&f);
		at(&f, 5 * S);
		/* Twice the numbers that there are, so that they go round. */
		for (int n = 0; n < 2000000; n++)
			pool_breaker_allow(&f.breaker);
		assert_int_equal(stats_of(&f).probes, 2 * shares[i]);
		pool_breaker_destroy(&f.breaker);
	}
}

static pool_breaker_permit next_probe(struct fixture *f)
{
	pool_breaker_permit permit;

	while ((permit = pool_breaker_allow(&f->breaker)) == 0)
		;
	return permit;
}

static void test_closes_after_probes(void **state)
{
	struct pool_breaker_options options = POOL_BREAKER_OPTIONS_INIT;
	struct fixture f;
	(void)state;

	set_up(&f, &options);
	open_it(&f);
	at(&f, 5 * S);
	for (int i = 0; i < 3; i++) {
		pool_breaker_permit permit = next_probe(&f);

		assert_int_equal(stats_of(&f).state, POOL_BREAKER_HALF_OPEN);
		pool_breaker_record(&f.breaker, permit, false);
	}
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_CLOSED);
	assert_int_equal(stats_of(&f).ways[POOL_BREAKER_RECOVERED], 1);
	assert_int_equal(stats_of(&f).window.calls, 0);
	/* What failed before is not held against it. */
	call(&f, 19, true);
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_CLOSED);
	pool_breaker_destroy(&f.breaker);
}

/* What failed before it opened is forgotten, even where it is in the window still. */
static void test_closing_forgets(void **state)
{
	struct pool_breaker_options options = POOL_BREAKER_OPTIONS_INIT;
	struct fixture f;
	(void)state;

	options.cool_down_ns = S;
	set_up(&f, &options);
	open_it(&f);
	at(&f, S);
	for (int i = 0; i < 3; i++)
		pool_breaker_record(&f.breaker, next_probe(&f), false);
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_CLOSED);
	assert_int_equal(stats_of(&f).window.calls, 0);
	call(&f, 1, true);
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_CLOSED);
	pool_breaker_destroy(&f.breaker);
}

static void test_opens_again(void **state)
{
	struct pool_breaker_options options = POOL_BREAKER_OPTIONS_INIT;
	struct fixture f;
	(void)state;

	set_up(&f, &options);
	open_it(&f);
	at(&f, 6 * S);
	pool_breaker_record(&f.breaker, next_probe(&f), false);
	pool_breaker_record(&f.breaker, next_probe(&f), false);
	pool_breaker_record(&f.breaker, next_probe(&f), true);
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_OPEN);
	assert_int_equal(stats_of(&f).ways[POOL_BREAKER_PROBE_FAILED], 1);
	/* The cool-down begins anew, and so does the count of probes. */
	at(&f, 11 * S - 1);
	assert_int_equal(pool_breaker_allow(&f.breaker), 0);
	at(&f, 11 * S);
	pool_breaker_record(&f.breaker, next_probe(&f), false);
	pool_breaker_record(&f.breaker, next_probe(&f), false);
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_HALF_OPEN);
	pool_breaker_record(&f.breaker, next_probe(&f), false);
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_CLOSED);
	pool_breaker_destroy(&f.breaker);
}

/* An outcome of a call of an earlier state decides nothing. */
static void test_late_outcomes(void **state)
{
	struct pool_breaker_options options = POOL_BREAKER_OPTIONS_INIT;
	pool_breaker_permit closed, probe;
	struct fixture f;
	(void)state;

	set_up(&f, &options);
	closed = pool_breaker_allow(&f.breaker);
	open_it(&f);
	pool_breaker_record(&f.breaker, closed, false);
	assert_int_equal(stats_of(&f).late, 1);
	at(&f, 5 * S);
	probe = next_probe(&f);
	pool_breaker_record(&f.breaker, closed, true); /* no probe: it does not open again */
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_HALF_OPEN);
	assert_int_equal(stats_of(&f).late, 2);
	pool_breaker_record(&f.breaker, next_probe(&f), true);
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_OPEN);
	at(&f, 10 * S);
	pool_breaker_record(&f.breaker, next_probe(&f), false);
	pool_breaker_record(&f.breaker, probe, true); /* of the half-open state before */
	assert_int_equal(stats_of(&f).state, POOL_BREAKER_HALF_OPEN);
	assert_int_equal(stats_of(&f).late, 3);
	pool_breaker_record(&f.breaker, 0, true);
	assert_int_equal(stats_of(&f).late, 3);
	pool_breaker_destroy(&f.breaker);
}

static void test_history(void **state)
{
	struct pool_breaker_options options = POOL_BREAKER_OPTIONS_INIT;
	struct pool_breaker_transition seen[POOL_BREAKER_HISTORY + 1];
	struct fixture f;
	(void)state;

	set_up(&f, &options);
	assert_int_equal(pool_breaker_history(&f.breaker, seen, 10), 0);
	open_it(&f);
	for (int i = 1; i <= POOL_BREAKER_HISTORY; i++) {
		at(&f, i * 5 * S);
		pool_breaker_record(&f.breaker, next_probe(&f), true);
	}
	assert_int_equal(stats_of(&f).ways[POOL_BREAKER_TRIPPED], 1);
	assert_int_equal(stats_of(&f).ways[POOL_BREAKER_COOLED], POOL_BREAKER_HISTORY);
	assert_int_equal(stats_of(&f).ways[POOL_BREAKER_PROBE_FAILED], POOL_BREAKER_HISTORY);
	assert_int_equal(stats_of(&f).ways[POOL_BREAKER_RECOVERED], 0);
	assert_int_equal(pool_breaker_history(&f.breaker, seen, POOL_BREAKER_HISTORY + 1),
			 POOL_BREAKER_HISTORY);
	for (int i = 0; i < POOL_BREAKER_HISTORY; i++) {
		assert_int_equal(seen[i].way,
				 i % 2 ? POOL_BREAKER_PROBE_FAILED : POOL_BREAKER_COOLED);
		assert_int_equal(seen[i].at_ns,
				 ORIGIN + (POOL_BREAKER_HISTORY / 2 + i / 2 + 1) * 5 * S);
	}
	assert_int_equal(pool_breaker_history(&f.breaker, seen, 1), 1);
	assert_int_equal(seen[0].way, POOL_BREAKER_PROBE_FAILED);
	pool_breaker_destroy(&f.breaker);
}

static void test_what_opened_it(void **state)
{
	struct pool_breaker_options options = POOL_BREAKER_OPTIONS_INIT;
	struct pool_breaker_transition seen;
	struct fixture f;
	(void)state;

	set_up(&f, &options);
	call(&f, 40, false);
	call(&f, 61, true);
	assert_int_equal(pool_breaker_history(&f.breaker, &seen, 1), 1);
	assert_int_equal(seen.at_ns, ORIGIN);
	assert_int_equal(seen.window.calls, 101);
	assert_int_equal(seen.window.failures, 61);
	assert_string_equal(pool_breaker_way_text(seen.way), "closed to open");
	assert_string_equal(pool_breaker_state_text(POOL_BREAKER_HALF_OPEN), "half-open");
	pool_breaker_destroy(&f.breaker);
}

static void test_options(void **state)
{
	const struct pool_breaker_options good = POOL_BREAKER_OPTIONS_INIT;
	struct pool_breaker_options bad[8];
	struct pool_made_clock clock;
	struct pool_breaker b;
	(void)state;

	pool_made_clock_init(&clock, ORIGIN);
	for (int i = 0; i < 8; i++)
		bad[i] = good;
	bad[0].window_ns = 51;
	bad[1].window_ns = 0;
	bad[2].failure_percent = 100;
	bad[3].min_calls = 0;
	bad[4].cool_down_ns = -1;
	bad[5].probe_ppm = 0;
	bad[6].probe_ppm = 1000001;
	bad[7].probes_to_close = 0;
	for (int i = 0; i < 8; i++)
		assert_int_equal(pool_breaker_init(&b, &bad[i], &clock.clock), EINVAL);
}

static void test_degrade(void **state)
{
	struct pool_degrade d;
	(void)state;

	pool_degrade_init(&d);
	assert_false(pool_degrade_on(&d));
	assert_false(pool_degrade_set(&d, false));
	assert_true(pool_degrade_set(&d, true));
	assert_true(pool_degrade_on(&d));
	assert_false(pool_degrade_set(&d, true));
	assert_true(pool_degrade_set(&d, false));
	assert_false(pool_degrade_on(&d));
	assert_int_equal(pool_degrade_flips(&d), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_window_borders),
	    cmocka_unit_test(test_window_within_a_bucket),
	    cmocka_unit_test(test_window_reuses_buckets),
	    cmocka_unit_test(test_window_keeps_the_ratio),
	    cmocka_unit_test(test_window_lengths),
	    cmocka_unit_test(test_threshold),
	    cmocka_unit_test(test_least_number_of_calls),
	    cmocka_unit_test(test_old_failures),
	    cmocka_unit_test(test_old_failures_and_success),
	    cmocka_unit_test(test_cool_down),
	    cmocka_unit_test(test_one_percent_of_probes),
	    cmocka_unit_test(test_other_shares_of_probes),
	    cmocka_unit_test(test_closes_after_probes),
	    cmocka_unit_test(test_closing_forgets),
	    cmocka_unit_test(test_opens_again),
	    cmocka_unit_test(test_late_outcomes),
	    cmocka_unit_test(test_history),
	    cmocka_unit_test(test_what_opened_it),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_degrade),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
