/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The timer wheel, against a plain list. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/random.h"
#include "pool/fibre/wheel.h"

#define TICK (INT64_C(1) << POOL_WHEEL_TICK_BITS)
#define MS   INT64_C(1000000)

struct alarm {
	struct pool_timer timer; /* first */
	int64_t deadline;
	bool set, expired;
};

static struct pool_wheel wheel;

static void set(struct alarm *alarm, int64_t deadline)
{
	*alarm = (struct alarm){.deadline = deadline, .set = true};
	pool_wheel_add(&wheel, &alarm->timer, deadline);
	assert_true(pool_timer_set(&alarm->timer));
}

/* Returns how many. */
static int expire(int64_t now)
{
	int64_t last_tick = -1;
	int count = 0;

	for (struct pool_timer *t = pool_wheel_expire(&wheel, now), *next; t; t = next) {
		struct alarm *alarm = (struct alarm *)t;

		next = t->next;
		assert_true(alarm->set);
		assert_false(alarm->expired);
		assert_false(pool_timer_set(t));
		assert_true(alarm->deadline <= now);
		assert_true((int64_t)t->tick >= last_tick);
		last_tick = (int64_t)t->tick;
		alarm->expired = true;
		alarm->set = false;
		count++;
	}
	return count;
}

static void test_an_empty_wheel(void **state)
{
	(void)state;
	pool_wheel_init(&wheel, 5 * MS);
	assert_int_equal(pool_wheel_next(&wheel), INT64_MAX);
	assert_null(pool_wheel_expire(&wheel, 5 * MS));
	assert_null(pool_wheel_expire(&wheel, INT64_C(1) << 60));
	assert_int_equal(pool_wheel_next(&wheel), INT64_MAX);
}

static void test_never_early_and_late_by_less_than_a_tick(void **state)
{
	const int64_t aheads[] = {
	    1,        TICK - 1,   TICK,    TICK + 1,         5 * MS,           9 * MS,
	    600 * MS, 40000 * MS, 1 << 30, INT64_C(1) << 40, INT64_C(1) << 50, INT64_C(1) << 58};

	(void)state;
	for (size_t i = 0; i < sizeof(aheads) / sizeof(aheads[0]); i++) {
		for (int64_t now = 123 * TICK; now < 124 * TICK; now += 341) {
			int64_t deadline = now + aheads[i];
			struct alarm alarm;

			pool_wheel_init(&wheel, now);
			set(&alarm, deadline);
			assert_int_equal(expire(now), 0);
			assert_int_equal(expire(deadline - 1), 0);
			assert_int_equal(expire(deadline + TICK - 1), 1);
		}
	}
}

static void test_for_ever_is_far_away(void **state)
{
	struct alarm alarm;

	(void)state;
	pool_wheel_init(&wheel, 0);
	set(&alarm, INT64_MAX);
	assert_int_equal(expire(INT64_MAX - 2 * TICK), 0);
	assert_int_equal(wheel.count, 1);
	pool_wheel_remove(&wheel, &alarm.timer);
	assert_int_equal(pool_wheel_next(&wheel), INT64_MAX);
}

static void test_one_of_the_past_expires_a_tick_later(void **state)
{
	struct alarm alarms[2];

	(void)state;
	pool_wheel_init(&wheel, 10 * MS);
	set(&alarms[0], 3 * MS);
	set(&alarms[1], -1);
	assert_int_equal(expire(10 * MS + TICK), 2);
}

static void test_those_of_a_tick_keep_their_order(void **state)
{
	struct alarm alarms[100];
	int i = 0;

	(void)state;
	for (int64_t ahead = MS; ahead < 100000 * MS; ahead *= 7) {
		pool_wheel_init(&wheel, 0);
		for (i = 0; i < 100; i++)
			set(&alarms[i], ahead);
		i = 0;
		for (struct pool_timer *t = pool_wheel_expire(&wheel, ahead + TICK); t; t = t->next)
			assert_ptr_equal(t, &alarms[i++].timer);
		assert_int_equal(i, 100);
	}
}

/* One that was removed leaves nothing behind that could turn the time back. */
static void test_a_removed_far_timer_is_forgotten(void **state)
{
	struct alarm far, near;

	(void)state;
	pool_wheel_init(&wheel, 0);
	set(&far, 100 * MS);
	pool_wheel_remove(&wheel, &far.timer);
	assert_int_equal(expire(300 * MS), 0);
	set(&near, 301 * MS);
	assert_int_equal(expire(301 * MS - TICK), 0);
	assert_int_equal(expire(301 * MS + TICK), 1);
}

enum { ALARMS = 300 };

static int64_t random_span(uint64_t *random)
{
	return (int64_t)(random_splitmix(random) >> (1 + random_splitmix(random) % 60) >> 4);
}

static int64_t first_deadline(const struct alarm *alarms)
{
	int64_t first = INT64_MAX;

	for (int i = 0; i < ALARMS; i++)
		if (alarms[i].set && alarms[i].deadline < first)
			first = alarms[i].deadline;
	return first;
}

/* What must have expired has; pool_wheel_next() is no later than the next one is due. */
static void compare(const struct alarm *alarms, int64_t now)
{
	size_t count = 0;

	for (int i = 0; i < ALARMS; i++) {
		if (!alarms[i].set)
			continue;
		count++;
		assert_true(alarms[i].deadline + TICK > now);
	}
	assert_int_equal(wheel.count, count);
	if (!count)
		assert_int_equal(pool_wheel_next(&wheel), INT64_MAX);
	else
		assert_true(pool_wheel_next(&wheel) < first_deadline(alarms) + TICK);
}

static void run_random(uint64_t seed)
{
	static struct alarm alarms[ALARMS];
	uint64_t random = seed;
	int64_t now = random_span(&random);

	memset(alarms, 0, sizeof(alarms));
	pool_wheel_init(&wheel, now);
	for (int step = 0; step < 3000; step++) {
		struct alarm *alarm = &alarms[random_splitmix(&random) % ALARMS];
		int64_t next;

		if (alarm->set && random_splitmix(&random) % 3 == 0) {
			pool_wheel_remove(&wheel, &alarm->timer);
			assert_false(pool_timer_set(&alarm->timer));
			alarm->set = false;
		} else if (!alarm->set && now < INT64_C(1) << 61) {
			set(alarm, now + 1 + random_span(&random));
		}
		next = pool_wheel_next(&wheel);
		if (random_splitmix(&random) % 2 && next != INT64_MAX && next > now)
			now = next;
		else if (random_splitmix(&random) % 8 == 0 && now < INT64_C(1) << 61)
			now += random_span(&random) >> (random_splitmix(&random) % 30);
		expire(now);
		compare(alarms, now);
	}
}

static void test_random_timers_against_a_list(void **state)
{
	const char *text = getenv("WHEEL_SEED");
	uint64_t seed = text ? strtoull(text, NULL, 10) : (uint64_t)time(NULL);

	(void)state;
	print_message("WHEEL_SEED=%llu\n", (unsigned long long)seed);
	for (int i = 0; i < 20; i++)
		run_random(seed + (uint64_t)i);
}

/* Looking every microsecond for a while, as a busy scheduler does. */
static void test_many_timers_of_five_milliseconds(void **state)
{
	static struct alarm alarms[20000];
	int64_t start = 77 * MS + 13, now = start;
	int made = 0, expired = 0;

	(void)state;
	memset(alarms, 0, sizeof(alarms));
	pool_wheel_init(&wheel, now);
	while (expired < 20000) {
		if (made < 20000)
			set(&alarms[made++], now + 5 * MS);
		now += 500;
		expired += expire(now);
		for (int i = expired; i < made && i < expired + 10; i++)
			assert_true(alarms[i].deadline + TICK > now);
	}
	assert_int_equal(wheel.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_an_empty_wheel),
	    cmocka_unit_test(test_never_early_and_late_by_less_than_a_tick),
	    cmocka_unit_test(test_for_ever_is_far_away),
	    cmocka_unit_test(test_one_of_the_past_expires_a_tick_later),
	    cmocka_unit_test(test_those_of_a_tick_keep_their_order),
	    cmocka_unit_test(test_a_removed_far_timer_is_forgotten),
	    cmocka_unit_test(test_random_timers_against_a_list),
	    cmocka_unit_test(test_many_timers_of_five_milliseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
