/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a task ends: completed, failed, cancelled or abandoned; by itself and in a group. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tests/unit/pool_help.h"

/* A tracked task that says how it ended. */
struct tracked {
	struct pool_task task;
	atomic_bool *hold;      /* run() waits while it is true */
	int fail;               /* not 0: run() fails with it */
	int64_t sleep_until_ns; /* 0: it does not wait */
	bool spin;              /* until pool_cancelled() */
	atomic_int ran, returned, abandoned, ended;
	enum pool_end end;
	int code;
};

static void tracked_run(struct pool_task *task)
{
	struct tracked *tracked = (struct tracked *)task;

	atomic_fetch_add(&tracked->ran, 1);
	while (tracked->hold && atomic_load(tracked->hold))
		pause_a_little();
	if (tracked->fail)
		pool_fail(tracked->fail);
	if (tracked->sleep_until_ns)
		pool_wait_until(tracked->sleep_until_ns);
	while (tracked->spin && !pool_cancelled())
		;
	if (tracked->spin)
		pool_yield();
	atomic_fetch_add(&tracked->returned, 1);
}

static void tracked_abandoned(struct pool_task *task)
{
	atomic_fetch_add(&((struct tracked *)task)->abandoned, 1);
}

static void tracked_ended(struct pool_task *task, enum pool_end end, int code)
{
	struct tracked *tracked = (struct tracked *)task;

	tracked->end = end;
	tracked->code = code;
	atomic_fetch_add(&tracked->ended, 1);
}

#define TRACKED(...)                                                                               \
	{                                                                                          \
		.task = {.run = tracked_run,                                                       \
			 .abandoned = tracked_abandoned,                                           \
			 .ended = tracked_ended},                                                  \
		__VA_ARGS__                                                                        \
	}

static struct pool *open_with_workers(const char *kind, unsigned capacity)
{
	struct pool_options options = POOL_OPTIONS_INIT;

	options.capacity = capacity;
	return open_or_fail(kind, &options);
}

static struct pool_options told_of_failures(void (*failed)(void *, struct pool_task *, int),
					    void *arg)
{
	struct pool_options options = POOL_OPTIONS_INIT;

	options.capacity = 2;
	options.failed = failed;
	options.failed_arg = arg;
	return options;
}

struct failures {
	atomic_int count, code;
	_Atomic(struct pool_task *) task;
};

static void note_failure(void *arg, struct pool_task *task, int code)
{
	struct failures *failures = arg;

	atomic_store(&failures->code, code);
	atomic_store(&failures->task, task);
	atomic_fetch_add(&failures->count, 1);
}

static void fail_at_once(struct pool_task *task)
{
	(void)task;
	pool_fail(7);
}

static void test_a_task_that_fails_leaves_its_worker(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct failures failures = {0};
		struct pool_options options = told_of_failures(note_failure, &failures);
		struct pool *pool = open_or_fail(*kind, &options);
		struct pool_task untracked = {.run = fail_at_once};
		struct tracked tracked = TRACKED(.fail = 42);
		struct probe after = PROBE(0);
		uint64_t started;

		assert_int_equal(pool_submit(pool, &untracked), POOL_OK);
		await(stats_of(pool).failed == 1);
		assert_int_equal(failures.count, 1);
		assert_int_equal(failures.code, 7);
		assert_ptr_equal(failures.task, &untracked);
		await(stats_of(pool).idle == stats_of(pool).workers);
		started = stats_of(pool).workers_started;
		assert_int_equal(pool_submit(pool, &tracked.task), POOL_OK);
		await(stats_of(pool).failed == 2);
		assert_int_equal(tracked.ended, 1);
		assert_int_equal(tracked.end, POOL_FAILED);
		assert_int_equal(tracked.code, 42);
		assert_int_equal(tracked.returned, 0);
		assert_int_equal(failures.count, 2);
		assert_int_equal(pool_task_state(&tracked.task), POOL_TASK_ENDED);
		await(stats_of(pool).idle == stats_of(pool).workers);
		submit_ok(pool, &after);
		await(stats_of(pool).completed == 1);
		/* None was made in its stead; each core has fibres of its own. */
		assert_in_range(stats_of(pool).workers_started, started,
				strcmp(*kind, "fibre") == 0 ? options.capacity : started);
		assert_int_equal(stats_of(pool).workers_ended, 0);
		pool_close(pool, POOL_DRAIN);
	}
}

static void test_a_tracked_task_tells_its_end(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool *pool = open_with_workers(*kind, 2);
		struct tracked tracked = TRACKED(.sleep_until_ns = clock_now() + 2000000);
		int64_t until = tracked.sleep_until_ns;

		assert_int_equal(pool_submit(pool, &tracked.task), POOL_OK);
		await(stats_of(pool).completed == 1);
		assert_true(clock_now() >= until);
		assert_int_equal(tracked.end, POOL_COMPLETED);
		assert_int_equal(tracked.ended, 1);
		assert_int_equal(pool_cancel(&tracked.task), POOL_CANCEL_TOO_LATE);
		pool_close(pool, POOL_DRAIN);
		assert_int_equal(tracked.ended, 1);
	}
}

/* Submits itself again, from ended(), until it has run ten times. */
static struct pool *again_pool;
static void again_ended(struct pool_task *task, enum pool_end end, int code)
{
	struct tracked *tracked = (struct tracked *)task;

	tracked_ended(task, end, code);
	if (atomic_load(&tracked->ended) < 10)
		assert_int_equal(pool_submit(again_pool, task), POOL_OK);
}

static void test_ended_may_submit_the_task_again(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct tracked tracked = TRACKED(0);

		tracked.task.ended = again_ended;
		again_pool = open_with_workers(*kind, 4);
		assert_int_equal(pool_submit(again_pool, &tracked.task), POOL_OK);
		await(stats_of(again_pool).completed == 10);
		assert_int_equal(tracked.ran, 10);
		pool_close(again_pool, POOL_DRAIN);
	}
}

static void test_a_task_that_waits_is_cancelled(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool *pool = open_with_workers(*kind, 2);
		/* A thread would never wake; a fibre ends when its wait is over. */
		bool thread = strcmp(*kind, "fibre") != 0;
		struct tracked tracked =
		    TRACKED(.sleep_until_ns = thread ? INT64_MAX : clock_now() + 50000000);

		assert_int_equal(pool_cancel(&tracked.task), POOL_CANCEL_TOO_LATE);
		assert_int_equal(pool_submit(pool, &tracked.task), POOL_OK);
		await(tracked.ran);
		assert_int_equal(pool_cancel(&tracked.task), POOL_CANCEL_RUNNING);
		await(stats_of(pool).cancelled == 1);
		assert_int_equal(tracked.end, POOL_CANCELLED);
		assert_int_equal(tracked.returned, 0);
		assert_int_equal(tracked.abandoned, 0);
		pool_close(pool, POOL_DRAIN);
	}
}

static void test_a_task_that_computes_is_told(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool *pool = open_with_workers(*kind, 2);
		struct tracked tracked = TRACKED(.spin = true);

		assert_int_equal(pool_submit(pool, &tracked.task), POOL_OK);
		await(tracked.ran);
		assert_int_equal(pool_cancel(&tracked.task), POOL_CANCEL_RUNNING);
		assert_int_equal(pool_cancel(&tracked.task), POOL_CANCEL_TOO_LATE);
		await(stats_of(pool).cancelled == 1);
		assert_int_equal(tracked.end, POOL_CANCELLED);
		assert_int_equal(tracked.returned, 0);
		pool_close(pool, POOL_DRAIN);
	}
}

static void test_a_cancelled_task_that_does_not_wait_completes(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool *pool = open_with_workers(*kind, 2);
		atomic_bool hold = true;
		struct tracked tracked = TRACKED(.hold = &hold);

		assert_int_equal(pool_submit(pool, &tracked.task), POOL_OK);
		await(tracked.ran);
		assert_int_equal(pool_cancel(&tracked.task), POOL_CANCEL_RUNNING);
		atomic_store(&hold, false);
		await(stats_of(pool).completed == 1);
		assert_int_equal(tracked.end, POOL_COMPLETED);
		assert_int_equal(stats_of(pool).cancelled, 0);
		pool_close(pool, POOL_DRAIN);
	}
}

/* Queues behind the one that is held: only fixed and stealing do by themselves. */
static const char *const queueing[] = {"fixed", "stealing", NULL};

static bool is_kind(const char *name)
{
	for (const char *const *kind = pool_kinds(); *kind; kind++)
		if (strcmp(*kind, name) == 0)
			return true;
	return false;
}

static void test_a_queued_task_is_cancelled(void **state)
{
	(void)state;
	for (const char *const *kind = queueing; *kind; kind++) {
		atomic_bool hold = true;
		struct probe first = PROBE(.hold = &hold);
		struct tracked tracked = TRACKED(0);
		struct pool *pool;

		if (!is_kind(*kind))
			continue;
		pool = open_with_workers(*kind, 1);
		submit_ok(pool, &first);
		await(first.ran);
		assert_int_equal(pool_submit(pool, &tracked.task), POOL_OK);
		assert_int_equal(pool_task_state(&tracked.task), POOL_TASK_QUEUED);
		assert_int_equal(pool_cancel(&tracked.task), POOL_CANCEL_QUEUED);
		assert_int_equal(pool_cancel(&tracked.task), POOL_CANCEL_TOO_LATE);
		assert_int_equal(tracked.ended, 0);
		atomic_store(&hold, false);
		await(stats_of(pool).cancelled == 1);
		assert_int_equal(tracked.end, POOL_CANCELLED);
		assert_int_equal(tracked.ran, 0);
		assert_int_equal(tracked.abandoned, 1);
		pool_close(pool, POOL_DRAIN);
	}
}

static void test_an_untracked_task_can_not_be_cancelled(void **state)
{
	struct pool *pool = open_with_workers("fixed", 1);
	atomic_bool hold = true;
	struct probe probe = PROBE(.hold = &hold);

	(void)state;
	submit_ok(pool, &probe);
	assert_int_equal(pool_cancel(&probe.task), POOL_CANCEL_NOT_TRACKED);
	atomic_store(&hold, false);
	pool_close(pool, POOL_DRAIN);
	assert_int_equal(probe.ran, 1);
}

static void test_abandoning_tells_ended_and_the_group(void **state)
{
	(void)state;
	for (const char *const *kind = queueing; *kind; kind++) {
		struct closer closer = {.mode = POOL_ABANDON};
		atomic_bool hold = true;
		struct probe first = PROBE(.hold = &hold), alone = PROBE(0);
		struct tracked tracked[3] = {TRACKED(0), TRACKED(0), TRACKED(0)};
		struct pool_group_stats stats;
		struct pool_closing closing;
		struct pool_group group;

		if (!is_kind(*kind))
			continue;
		pool_group_init(&group);
		closer.pool = open_with_workers(*kind, 1);
		submit_ok(closer.pool, &first);
		await(first.ran);
		for (int i = 0; i < 3; i++) {
			tracked[i].task.group = &group;
			assert_int_equal(pool_submit(closer.pool, &tracked[i].task), POOL_OK);
		}
		submit_ok(closer.pool, &alone);
		assert_int_equal(pool_cancel(&tracked[2].task), POOL_CANCEL_QUEUED);
		closer_start(&closer);
		atomic_store(&hold, false);
		closing = closer_join(&closer);
		assert_int_equal(closing.abandoned, 3);
		assert_int_equal(closing.in_groups, 2);
		/* Nobody who waits for the group is left waiting. */
		assert_int_equal(pool_group_wait(&group, INT64_MAX), POOL_OK);
		pool_group_stats(&group, &stats);
		assert_int_equal(stats.taken, 3);
		assert_int_equal(stats.abandoned, 2);
		assert_int_equal(stats.cancelled, 1);
		assert_int_equal(tracked[0].end, POOL_ABANDONED);
		assert_int_equal(tracked[0].ended, 1);
		assert_int_equal(tracked[0].abandoned, 1);
		assert_int_equal(tracked[2].end, POOL_CANCELLED);
	}
}

static void test_a_group_counts_every_end(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool *pool = open_with_workers(*kind, 4);
		struct tracked good = TRACKED(0), bad = TRACKED(.fail = 1);
		atomic_bool hold = true;
		struct tracked slow =
		    TRACKED(.hold = &hold, .sleep_until_ns = clock_now() + 1000000);
		struct pool_group_stats stats;
		struct pool_group group;

		pool_group_init(&group);
		assert_int_equal(pool_group_wait(&group, 0), POOL_OK);
		good.task.group = bad.task.group = slow.task.group = &group;
		assert_int_equal(pool_submit(pool, &good.task), POOL_OK);
		assert_int_equal(pool_submit(pool, &bad.task), POOL_OK);
		assert_int_equal(pool_submit(pool, &slow.task), POOL_OK);
		assert_int_equal(pool_group_wait(&group, clock_now() + 1000000), POOL_TIMEOUT);
		await(slow.ran);
		assert_int_equal(pool_cancel(&slow.task), POOL_CANCEL_RUNNING);
		atomic_store(&hold, false);
		assert_int_equal(pool_group_wait(&group, INT64_MAX), POOL_OK);
		pool_group_stats(&group, &stats);
		assert_int_equal(stats.taken, 3);
		assert_int_equal(stats.completed, 1);
		assert_int_equal(stats.failed, 1);
		assert_int_equal(stats.cancelled, 1);
		assert_int_equal(stats.pending, 0);
		assert_int_equal(pool_group_close(&group), 0);
		assert_int_equal(pool_submit(pool, &good.task), POOL_CLOSED);
		assert_int_equal(pool_task_state(&good.task), POOL_TASK_ENDED);
		assert_int_equal(stats_of(pool).rejected, 1);
		pool_close(pool, POOL_DRAIN);
	}
}

/* A task that is not tracked, and frees itself. */
struct orphan {
	struct pool_task task;
	atomic_int *ran, *abandoned;
	atomic_bool *hold;
};

static void orphan_run(struct pool_task *task)
{
	struct orphan *orphan = (struct orphan *)task;
	atomic_bool *hold = orphan->hold;

	atomic_fetch_add(orphan->ran, 1);
	free(orphan);
	while (hold && atomic_load(hold))
		pool_wait_until(clock_now() + 100000);
}

static void orphan_abandoned(struct pool_task *task)
{
	struct orphan *orphan = (struct orphan *)task;

	atomic_fetch_add(orphan->abandoned, 1);
	free(orphan);
}

static void submit_orphan(struct pool *pool, struct orphan template)
{
	struct orphan *orphan = malloc(sizeof(*orphan));

	assert_non_null(orphan);
	*orphan = template;
	assert_int_equal(pool_submit(pool, &orphan->task), POOL_OK);
}

static void test_a_group_is_cancelled_whole(void **state)
{
	(void)state;
	for (const char *const *kind = queueing; *kind; kind++) {
		atomic_int ran = 0, abandoned = 0;
		atomic_bool hold = true;
		struct pool_group_stats stats;
		struct pool_group group;
		struct orphan orphan = {
		    .task = {.run = orphan_run, .abandoned = orphan_abandoned, .group = &group},
		    .ran = &ran,
		    .abandoned = &abandoned,
		    .hold = &hold};
		struct pool *pool;
		uint64_t left;

		if (!is_kind(*kind))
			continue;
		pool = open_with_workers(*kind, 1);
		pool_group_init(&group);
		for (int i = 0; i < 5; i++)
			submit_orphan(pool, orphan);
		await(ran == 1);
		left = pool_group_close(&group); /* the first ends at its wait */
		assert_int_equal(left, 5);
		assert_int_equal(ran, 1);
		assert_int_equal(abandoned, 4);
		pool_group_stats(&group, &stats);
		assert_int_equal(stats.taken, 5);
		assert_int_equal(stats.cancelled, 5);
		assert_int_equal(stats_of(pool).cancelled, 5);
		pool_close(pool, POOL_DRAIN);
	}
}

static void test_many_wait_for_a_group(void **state)
{
	enum { WAITERS = 4, ROUNDS = 200 };
	struct pool *tasks = open_with_workers("fixed", 2);

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct pool_group *group = malloc(sizeof(*group));
		struct probe probes[WAITERS];

		assert_non_null(group);
		pool_group_init(group);
		for (int i = 0; i < WAITERS; i++) {
			probes[i] = (struct probe)PROBE(0);
			probes[i].task.group = group;
			submit_ok(tasks, &probes[i]);
		}
		assert_int_equal(pool_group_wait(group, INT64_MAX), POOL_OK);
		free(group); /* nobody touches it any more */
		for (int i = 0; i < WAITERS; i++)
			assert_int_equal(probes[i].ran, 1);
	}
	pool_close(tasks, POOL_DRAIN);
}

static void note_called(void *arg)
{
	*(pid_t *)arg = gettid();
}

static void test_outside_of_a_task_the_waits_are_a_threads(void **state)
{
	int64_t until = clock_now() + 1000000;
	pid_t tid = 0;

	(void)state;
	pool_wait_until(until);
	assert_true(clock_now() >= until);
	pool_wait_until(-1);
	pool_yield();
	pool_block(note_called, &tid);
	assert_int_equal(tid, gettid());
	assert_false(pool_cancelled());
}

struct blocker {
	struct pool_task task;
	pid_t called;
};

static void blocker_run(struct pool_task *task)
{
	pool_yield();
	pool_block(note_called, &((struct blocker *)task)->called);
}

static void test_a_task_may_block(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool *pool = open_with_workers(*kind, 2);
		struct blocker blocker = {.task.run = blocker_run};

		assert_int_equal(pool_submit(pool, &blocker.task), POOL_OK);
		await(stats_of(pool).completed == 1);
		assert_int_not_equal(blocker.called, 0);
		assert_int_not_equal(blocker.called, gettid());
		pool_close(pool, POOL_DRAIN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_task_that_fails_leaves_its_worker),
	    cmocka_unit_test(test_a_tracked_task_tells_its_end),
	    cmocka_unit_test(test_ended_may_submit_the_task_again),
	    cmocka_unit_test(test_a_task_that_waits_is_cancelled),
	    cmocka_unit_test(test_a_task_that_computes_is_told),
	    cmocka_unit_test(test_a_cancelled_task_that_does_not_wait_completes),
	    cmocka_unit_test(test_a_queued_task_is_cancelled),
	    cmocka_unit_test(test_an_untracked_task_can_not_be_cancelled),
	    cmocka_unit_test(test_abandoning_tells_ended_and_the_group),
	    cmocka_unit_test(test_a_group_counts_every_end),
	    cmocka_unit_test(test_a_group_is_cancelled_whole),
	    cmocka_unit_test(test_many_wait_for_a_group),
	    cmocka_unit_test(test_outside_of_a_task_the_waits_are_a_threads),
	    cmocka_unit_test(test_a_task_may_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
