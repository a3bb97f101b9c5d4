/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States that last a moment only in a pool that lives, made to stand still from inside. */
#include "pool/elastic.h"
#include "tests/unit/pool_help.h"

static struct pool *open_on_one_cpu(const char *kind, unsigned capacity)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	cpu_set_t cpus;
	int cpu = 0;

	assert_int_equal(sched_getaffinity(0, sizeof(cpus), &cpus), 0);
	while (!CPU_ISSET(cpu, &cpus))
		cpu++;
	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	options.capacity = options.prewarm = capacity;
	options.cpus = &cpus;
	return open_or_fail(kind, &options);
}

/* With one CPU one worker is called at a time, so the second of two tasks may bring no call of its
 * own. */
static void test_one_call_starts_all_that_is_queued(void **state)
{
	struct pool *pool = open_on_one_cpu("fixed", 4);
	struct workers *workers = (struct workers *)pool;
	atomic_bool hold = true;
	struct probe probes[3] = {PROBE(.hold = &hold), PROBE(.hold = &hold), PROBE(.hold = &hold)};

	(void)state;
	await(stats_of(pool).idle == 4);
	for (int i = 0; i < 2; i++) {
		pool_queued(pool);
		fifo_put(&workers->queue, &probes[i].task);
	}
	submit_ok(pool, &probes[2]);
	await(probes[0].ran && probes[1].ran && probes[2].ran); /* at one time */
	assert_int_equal(stats_of(pool).idle, 1);
	atomic_store(&hold, false);
	pool_close(pool, POOL_DRAIN);
}

static void test_no_more_are_called_than_can_run(void **state)
{
	struct pool *pool = open_on_one_cpu("fixed", 4);
	struct roost *roost = &((struct workers *)pool)->roost;
	bool called[3];

	(void)state;
	await(stats_of(pool).idle == 4);
	pool_count(&pool->idle, -2); /* as whoever calls does */
	called[0] = roost_call(roost, 1);
	called[1] = roost_call(roost, 0);
	called[2] = roost_call(roost, UINT32_MAX);
	assert_true(called[0]);
	assert_false(called[1]);
	assert_true(called[2]);
	await(stats_of(pool).idle == 4);
	assert_int_equal(atomic_load(&roost->word) >> ROOST_BITS & ROOST_MAX, 0);
	pool_close(pool, POOL_DRAIN);
}

/* Room, and somebody in the line: whoever comes joins the line, and sees to it that it moves. */
static void test_nobody_overtakes_the_line(void **state)
{
	struct pool *pool = open_on_one_cpu("elastic", 1);
	struct elastic *elastic = (struct elastic *)pool;
	atomic_int sequence = 0;
	struct probe first = PROBE(.sequence = &sequence), second = PROBE(.sequence = &sequence);
	struct waiter waiter = {.task = &first.task};

	(void)state;
	assert_int_equal(line_join(&elastic->line, &waiter, 0), POOL_OK);
	submit_ok(pool, &second);
	assert_int_equal(line_wait(&elastic->line, &waiter, INT64_MAX), WAITER_SERVED);
	await(stats_of(pool).completed == 2);
	assert_int_equal(first.order, 0);
	assert_int_equal(second.order, 1);
	pool_close(pool, POOL_DRAIN);
}

static void *close_and_tell(void *arg)
{
	atomic_bool *closed = ((void **)arg)[1];

	pool_close(((void **)arg)[0], POOL_DRAIN);
	atomic_store(closed, true);
	return NULL;
}

static void test_close_waits_for_who_is_inside(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool *pool = open_on_one_cpu(*kind, 2);
		atomic_bool closed = false;
		void *arg[] = {pool, &closed};
		struct gate *gate = &pool_lane_here(&pool->lanes)->gate;
		pthread_t thread;

		assert_true(gate_enter(gate));
		pthread_create(&thread, NULL, close_and_tell, arg);
		for (int i = 0; i < 100; i++)
			pause_a_little();
		assert_false(closed);
		gate_leave(gate);
		pthread_join(thread, NULL);
		assert_true(closed);
	}
}

static void test_a_seat_keeps_a_call(void **state)
{
	struct seat seat;

	(void)state;
	seat_init(&seat);
	assert_false(seat_wait(&seat, 1000));
	seat_call(&seat);
	assert_true(seat_wait(&seat, 0));
	assert_false(seat_wait(&seat, 1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_call_starts_all_that_is_queued),
	    cmocka_unit_test(test_no_more_are_called_than_can_run),
	    cmocka_unit_test(test_nobody_overtakes_the_line),
	    cmocka_unit_test(test_close_waits_for_who_is_inside),
	    cmocka_unit_test(test_a_seat_keeps_a_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
