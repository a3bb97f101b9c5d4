/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One breaker under several callers while it opens, cools down and closes again and again: each
 * call has one answer, each transition follows from the one before, and nothing is counted twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>

#include "pool/policy/breaker.h"

enum { CALLERS = 4, CALLS = 30000, STEP_NS = 1000 };

struct caller {
	struct pool_breaker *breaker;
	struct pool_made_clock *clock;
	int index;
	uint64_t allowed, refused;
	pthread_t thread;
};

/* Each caller moves the clock, and all but a few of the calls of one half of them fail for a while,
 * then of none. */
static void *caller_main(void *arg)
{
	struct caller *caller = arg;

	for (int i = 0; i < CALLS; i++) {
		pool_breaker_permit permit = pool_breaker_allow(caller->breaker);
		bool failed = i / 1000 % 2 == 0 && i % 10 != 0;

		atomic_fetch_add(&caller->clock->now_ns, STEP_NS);
		caller->allowed += permit != 0;
		caller->refused += permit == 0;
		pool_breaker_record(caller->breaker, permit, failed);
	}
	return NULL;
}

static enum pool_breaker_state after(enum pool_breaker_way way)
{
	return way == POOL_BREAKER_COOLED      ? POOL_BREAKER_HALF_OPEN
	       : way == POOL_BREAKER_RECOVERED ? POOL_BREAKER_CLOSED
					       : POOL_BREAKER_OPEN;
}

static enum pool_breaker_state before(enum pool_breaker_way way)
{
	return way == POOL_BREAKER_TRIPPED  ? POOL_BREAKER_CLOSED
	       : way == POOL_BREAKER_COOLED ? POOL_BREAKER_OPEN
					    : POOL_BREAKER_HALF_OPEN;
}

static void check(struct pool_breaker *b)
{
	struct pool_breaker_transition seen[POOL_BREAKER_HISTORY];
	struct pool_breaker_stats stats;
	size_t count = pool_breaker_history(b, seen, POOL_BREAKER_HISTORY);
	uint64_t total = 0;

	pool_breaker_stats(b, &stats);
	assert_true(stats.ways[POOL_BREAKER_TRIPPED] > 0);
	assert_true(stats.ways[POOL_BREAKER_COOLED] > 0);
	assert_true(stats.ways[POOL_BREAKER_PROBE_FAILED] + stats.ways[POOL_BREAKER_RECOVERED] > 0);
	for (int i = 0; i < POOL_BREAKER_WAYS; i++)
		total += stats.ways[i];
	assert_int_equal(b->transitions, total);
	for (size_t i = 1; i < count; i++)
		assert_int_equal(before(seen[i].way), after(seen[i - 1].way));
	assert_int_equal(stats.state, after(seen[count - 1].way));
	/* Who is open, or half-open, was so one way or the other. */
	assert_in_range(stats.ways[POOL_BREAKER_TRIPPED] + stats.ways[POOL_BREAKER_PROBE_FAILED],
			stats.ways[POOL_BREAKER_COOLED], stats.ways[POOL_BREAKER_COOLED] + 1);
}

static void test_callers(void **state)
{
	struct pool_breaker_options options = POOL_BREAKER_OPTIONS_INIT;
	struct caller callers[CALLERS];
	struct pool_made_clock clock;
	struct pool_breaker_stats stats;
	struct pool_breaker breaker;
	uint64_t refused = 0, allowed = 0;
	(void)state;

	/* In the time of the clock there are some hundred calls in a window. */
	options.window_ns = 500 * STEP_NS;
	options.cool_down_ns = 100 * STEP_NS;
	options.probe_ppm = 100000;
	pool_made_clock_init(&clock, 1);
	assert_int_equal(pool_breaker_init(&breaker, &options, &clock.clock), 0);
	for (int i = 0; i < CALLERS; i++) {
		callers[i] = (struct caller){.breaker = &breaker, .clock = &clock, .index = i};
		pthread_create(&callers[i].thread, NULL, caller_main, &callers[i]);
	}
	for (int i = 0; i < CALLERS; i++) {
		pthread_join(callers[i].thread, NULL);
		refused += callers[i].refused;
		allowed += callers[i].allowed;
	}
	pool_breaker_stats(&breaker, &stats);
	assert_int_equal(stats.refused, refused);
	assert_int_equal(allowed + refused, CALLERS * CALLS);
	assert_true(stats.probes <= allowed);
	check(&breaker);
	pool_breaker_destroy(&breaker);
}

/* Outcomes counted from all sides are all in the window, none twice. */
static void *add_main(void *arg)
{
	for (int i = 0; i < CALLS; i++)
		pool_outcome_window_add(arg, i * 16, i % 3 == 0);
	return NULL;
}

static void test_window(void **state)
{
	struct pool_outcome_counts counts;
	struct pool_outcome_window window;
	pthread_t threads[CALLERS];
	(void)state;

	assert_int_equal(pool_outcome_window_init(&window, 0, POOL_WINDOW_BUCKETS * 10000), 0);
	for (int i = 0; i < CALLERS; i++)
		pthread_create(&threads[i], NULL, add_main, &window);
	for (int i = 0; i < CALLERS; i++)
		pthread_join(threads[i], NULL);
	pool_outcome_window_read(&window, (CALLS - 1) * 16, &counts);
	assert_int_equal(counts.calls, CALLERS * CALLS);
	assert_int_equal(counts.failures, CALLERS * CALLS / 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_callers),
	    cmocka_unit_test(test_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
