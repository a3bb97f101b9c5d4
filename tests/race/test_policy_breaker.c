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
	struct breaker *breaker;
	struct made_clock *clock;
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
		breaker_permit permit = breaker_allow(caller->breaker);
		bool failed = i / 1000 % 2 == 0 && i % 10 != 0;

		atomic_fetch_add(&caller->clock->now_ns, STEP_NS);
		caller->allowed += permit != 0;
		caller->refused += permit == 0;
		breaker_record(caller->breaker, permit, failed);
	}
	return NULL;
}

static enum breaker_state after(enum breaker_way way)
{
	return way == BREAKER_COOLED      ? BREAKER_HALF_OPEN
	       : way == BREAKER_RECOVERED ? BREAKER_CLOSED
					  : BREAKER_OPEN;
}

static enum breaker_state before(enum breaker_way way)
{
	return way == BREAKER_TRIPPED  ? BREAKER_CLOSED
	       : way == BREAKER_COOLED ? BREAKER_OPEN
				       : BREAKER_HALF_OPEN;
}

static void check(struct breaker *b)
{
	struct breaker_transition seen[BREAKER_HISTORY];
	struct breaker_stats stats;
	size_t count = breaker_history(b, seen, BREAKER_HISTORY);
	uint64_t total = 0;

	breaker_stats(b, &stats);
	assert_true(stats.ways[BREAKER_TRIPPED] > 0);
	assert_true(stats.ways[BREAKER_COOLED] > 0);
	assert_true(stats.ways[BREAKER_PROBE_FAILED] + stats.ways[BREAKER_RECOVERED] > 0);
	for (int i = 0; i < BREAKER_WAYS; i++)
		total += stats.ways[i];
	assert_int_equal(b->transitions, total);
	for (size_t i = 1; i < count; i++)
		assert_int_equal(before(seen[i].way), after(seen[i - 1].way));
	assert_int_equal(stats.state, after(seen[count - 1].way));
	/* Who is open, or half-open, was so one way or the other. */
	assert_in_range(stats.ways[BREAKER_TRIPPED] + stats.ways[BREAKER_PROBE_FAILED],
			stats.ways[BREAKER_COOLED], stats.ways[BREAKER_COOLED] + 1);
}

static void test_callers(void **state)
{
	struct breaker_options options = BREAKER_OPTIONS_INIT;
	struct caller callers[CALLERS];
	struct made_clock clock;
	struct breaker_stats stats;
	struct breaker breaker;
	uint64_t refused = 0, allowed = 0;
	(void)state;

	/* In the time of the clock there are some hundred calls in a window. */
	options.window_ns = 500 * STEP_NS;
	options.cool_down_ns = 100 * STEP_NS;
	options.probe_ppm = 100000;
	made_clock_init(&clock, 1);
	assert_int_equal(breaker_init(&breaker, &options, &clock.clock), 0);
	for (int i = 0; i < CALLERS; i++) {
		callers[i] = (struct caller){.breaker = &breaker, .clock = &clock, .index = i};
		pthread_create(&callers[i].thread, NULL, caller_main, &callers[i]);
	}
	for (int i = 0; i < CALLERS; i++) {
		pthread_join(callers[i].thread, NULL);
		refused += callers[i].refused;
		allowed += callers[i].allowed;
	}
	breaker_stats(&breaker, &stats);
	assert_int_equal(stats.refused, refused);
	assert_int_equal(allowed + refused, CALLERS * CALLS);
	assert_true(stats.probes <= allowed);
	check(&breaker);
	breaker_destroy(&breaker);
}

/* Outcomes counted from all sides are all in the window, none twice. */
static void *add_main(void *arg)
{
	for (int i = 0; i < CALLS; i++)
		outcome_window_add(arg, i * 16, i % 3 == 0);
	return NULL;
}

static void test_window(void **state)
{
	struct outcome_counts counts;
	struct outcome_window window;
	pthread_t threads[CALLERS];
	(void)state;

	assert_int_equal(outcome_window_init(&window, 0, WINDOW_BUCKETS * 10000), 0);
	for (int i = 0; i < CALLERS; i++)
		pthread_create(&threads[i], NULL, add_main, &window);
	for (int i = 0; i < CALLERS; i++)
		pthread_join(threads[i], NULL);
	outcome_window_read(&window, (CALLS - 1) * 16, &counts);
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
