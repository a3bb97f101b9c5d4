/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every kind of pool promises. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/pool_help.h"

static int own_threads; /* of the test without a pool */

static struct pool_options some_workers(void)
{
	struct pool_options options = POOL_OPTIONS_INIT;

	options.capacity = 4;
	return options;
}

static void test_kinds_are_listed(void **state)
{
	const char *const *kinds = pool_kinds();

	(void)state;
	assert_string_equal(kinds[0], "naive");
	assert_string_equal(kinds[1], "fixed");
	assert_string_equal(kinds[2], "elastic");
	assert_string_equal(kinds[3], "stealing");
	assert_string_equal(kinds[4], "fibre");
	assert_null(kinds[5]);
	for (int i = 0; kinds[i]; i++)
		assert_string_equal(pool_find_kind(kinds[i])->kind, kinds[i]);
	assert_null(pool_find_kind("none"));
}

static void test_statuses_have_words(void **state)
{
	(void)state;
	assert_string_equal(pool_status_text(POOL_OK), "ok");
	assert_string_equal(pool_status_text(POOL_OVERLOAD), "overload");
	assert_string_equal(pool_status_text(POOL_CLOSED), "closed");
	assert_string_equal(pool_status_text(POOL_NO_THREAD), "no thread");
	assert_string_equal(pool_status_text(POOL_TIMEOUT), "timeout");
	assert_string_equal(pool_status_text(POOL_NO_MEMORY), "no memory");
	assert_string_equal(pool_status_text((enum pool_status)99), "unknown status");
}

static void expect_refused(const char *kind, const struct pool_options *options, int expected)
{
	int error = 0;

	assert_null(pool_open(kind, options, &error));
	assert_int_equal(error, expected);
	assert_threads(own_threads);
}

static void test_an_unknown_kind_is_refused(void **state)
{
	struct pool_options options = some_workers();

	(void)state;
	expect_refused("fibres", &options, EINVAL);
	expect_refused("", &options, EINVAL);
}

static void test_bad_options_are_refused(void **state)
{
	cpu_set_t no_cpus;

	(void)state;
	CPU_ZERO(&no_cpus);
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool_options options = some_workers();

		options.stack_bytes = 1;
		expect_refused(*kind, &options, EINVAL);
		options = some_workers();
		options.idle_expiry_ns = -1;
		expect_refused(*kind, &options, EINVAL);
		options = some_workers();
		options.cpus = &no_cpus;
		expect_refused(*kind, &options, EINVAL);
	}
}

static int creations_left;

static int create_some(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
		       void *arg)
{
	return creations_left-- > 0 ? pthread_create(thread, attr, start, arg) : EAGAIN;
}

static void expect_no_thread_left(const char *kind, int creations)
{
	struct pool_options options = some_workers();
	int error = 0;

	options.prewarm = 4;
	creations_left = creations;
	assert_null(pool_open_with(kind, &options, create_some, &error));
	assert_int_equal(error, EAGAIN);
	assert_int_equal(creations_left, -1);
	assert_threads(own_threads);
}

static void test_prewarm_that_fails_leaves_no_thread(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		expect_no_thread_left(*kind, 0);
		expect_no_thread_left(*kind, threads_of(*kind, 4) - 1);
	}
}

static void test_prewarmed_workers_run_when_open_returns(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool_options options = some_workers();
		struct pool *pool;

		options.prewarm = 4;
		pool = open_or_fail(*kind, &options);
		assert_threads(own_threads + threads_of(*kind, 4));
		assert_int_equal(stats_of(pool).workers, 4);
		assert_int_equal(stats_of(pool).workers_started, 4);
		assert_int_equal(stats_of(pool).workers_peak, 4);
		await(stats_of(pool).idle == 4);
		pool_close(pool, POOL_DRAIN);
		assert_threads(own_threads);
	}
}

enum { MANY = 100 };

static void test_counters_add_up_at_rest(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool_options options = some_workers();
		struct pool *pool = open_or_fail(*kind, &options);
		struct probe probes[MANY];
		struct pool_stats stats;

		for (int i = 0; i < MANY; i++) {
			probes[i] = (struct probe)PROBE(0);
			submit_ok(pool, &probes[i]);
		}
		await(stats_of(pool).completed == MANY);
		await(stats_of(pool).idle == stats_of(pool).workers);
		stats = stats_of(pool);
		assert_int_equal(stats.submitted, MANY);
		assert_int_equal(stats.rejected, 0);
		assert_int_equal(stats.abandoned, 0);
		assert_int_equal(stats.queued, 0);
		assert_true(stats.queued_peak >= 1);
		assert_int_equal(stats.waiters, 0);
		assert_int_equal(stats.workers, stats.workers_started);
		assert_int_equal(stats.workers_ended, 0);
		for (int i = 0; i < MANY; i++)
			assert_int_equal(probes[i].ran, 1);
		assert_int_equal(pool_close(pool, POOL_DRAIN).abandoned, 0);
	}
}

static void test_drain_runs_what_was_taken(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool_options options = some_workers();
		struct pool *pool = open_or_fail(*kind, &options);
		struct probe probes[MANY];

		for (int i = 0; i < MANY; i++) {
			probes[i] = (struct probe)PROBE(0);
			submit_ok(pool, &probes[i]);
		}
		assert_int_equal(pool_close(pool, POOL_DRAIN).abandoned, 0);
		for (int i = 0; i < MANY; i++) {
			assert_int_equal(probes[i].ran, 1);
			assert_int_equal(probes[i].abandoned, 0);
		}
		assert_threads(own_threads);
	}
}

/* Threads that are made and do not begin yet. */
static atomic_bool threads_held;
struct held_start {
	void *(*start)(void *);
	void *arg;
};

static void *start_when_let(void *arg)
{
	struct held_start held = *(struct held_start *)arg;

	free(arg);
	while (atomic_load(&threads_held))
		pause_a_little();
	return held.start(held.arg);
}

static int create_held(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
		       void *arg)
{
	struct held_start *held = malloc(sizeof(*held));
	int error;

	*held = (struct held_start){start, arg};
	error = pthread_create(thread, attr, start_when_let, held);
	if (error)
		free(held);
	return error;
}

static void test_abandon_gives_up_what_has_not_begun(void **state)
{
	static const char *const kinds[] = {"naive", "elastic"};

	(void)state;
	for (int k = 0; k < 2; k++) {
		struct pool_options options = some_workers();
		struct closer closer = {.mode = POOL_ABANDON};
		struct probe probes[3] = {PROBE(0), PROBE(0), PROBE(0)};
		int error = 0;

		probes[2].task.abandoned = NULL;
		atomic_store(&threads_held, true);
		closer.pool = pool_open_with(kinds[k], &options, create_held, &error);
		assert_non_null(closer.pool);
		for (int i = 0; i < 3; i++)
			submit_ok(closer.pool, &probes[i]);
		assert_int_equal(stats_of(closer.pool).queued, 3);
		assert_int_equal(stats_of(closer.pool).submitted, 3);
		closer_start(&closer);
		atomic_store(&threads_held, false);
		assert_int_equal(closer_join(&closer).abandoned, 3);
		for (int i = 0; i < 3; i++)
			assert_int_equal(probes[i].ran, 0);
		assert_int_equal(probes[0].abandoned, 1);
		assert_int_equal(probes[1].abandoned, 1);
		assert_int_equal(probes[2].abandoned, 0);
	}
}

static void test_abandon_lets_a_running_task_end(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool_options options = some_workers();
		struct closer closer = {.mode = POOL_ABANDON};
		atomic_bool hold = true;
		struct probe probe = PROBE(.hold = &hold);

		closer.pool = open_or_fail(*kind, &options);
		submit_ok(closer.pool, &probe);
		await(probe.ran);
		closer_start(&closer);
		atomic_store(&hold, false);
		assert_int_equal(closer_join(&closer).abandoned, 0);
		assert_int_equal(probe.ran, 1);
		assert_int_equal(probe.abandoned, 0);
	}
}

/* A task that submits another one to its own pool. */
struct parent {
	struct pool_task task;
	struct pool *pool;
	atomic_bool *hold;
	struct probe child;
	atomic_int status; /* -1: not yet */
};

static void parent_run(struct pool_task *task)
{
	struct parent *parent = (struct parent *)task;

	while (parent->hold && atomic_load(parent->hold))
		pause_a_little();
	atomic_store(&parent->status, pool_submit(parent->pool, &parent->child.task));
}

static void test_a_worker_may_submit(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool_options options = some_workers();
		struct pool *pool = open_or_fail(*kind, &options);
		struct parent parent = {
		    .task.run = parent_run, .pool = pool, .child = PROBE(0), .status = -1};

		assert_int_equal(pool_submit(pool, &parent.task), POOL_OK);
		await(stats_of(pool).completed == 2);
		assert_int_equal(parent.status, POOL_OK);
		assert_int_equal(parent.child.ran, 1);
		pool_close(pool, POOL_DRAIN);
	}
}

static void test_a_closing_pool_takes_no_more(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool_options options = some_workers();
		struct closer closer = {.mode = POOL_DRAIN};
		atomic_bool hold = true;
		struct parent parent = {
		    .task.run = parent_run, .hold = &hold, .child = PROBE(0), .status = -1};
		struct probe late = PROBE(0);

		closer.pool = parent.pool = open_or_fail(*kind, &options);
		assert_int_equal(pool_submit(closer.pool, &parent.task), POOL_OK);
		closer_start(&closer);
		assert_int_equal(pool_submit(closer.pool, &late.task), POOL_CLOSED);
		assert_int_equal(stats_of(closer.pool).rejected, 1);
		atomic_store(&hold, false);
		closer_join(&closer);
		assert_int_equal(parent.status, POOL_CLOSED);
		assert_int_equal(parent.child.ran + late.ran, 0);
	}
}

/* What a worker thread is like. */
struct portrait {
	struct pool_task task;
	char name[16];
	cpu_set_t cpus;
	sigset_t blocked;
	size_t stack_bytes, guard_bytes;
	atomic_bool done;
};

static void portrait_run(struct pool_task *task)
{
	struct portrait *portrait = (struct portrait *)task;
	pthread_attr_t attr;
	void *stack;

	pthread_getname_np(pthread_self(), portrait->name, sizeof(portrait->name));
	sched_getaffinity(0, sizeof(portrait->cpus), &portrait->cpus);
	pthread_sigmask(SIG_SETMASK, NULL, &portrait->blocked);
	pthread_getattr_np(pthread_self(), &attr);
	pthread_attr_getstack(&attr, &stack, &portrait->stack_bytes);
	pthread_attr_getguardsize(&attr, &portrait->guard_bytes);
	pthread_attr_destroy(&attr);
	atomic_store(&portrait->done, true);
}

static int last_cpu(void)
{
	cpu_set_t own;
	int last = -1;

	assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &own))
			last = cpu;
	return last;
}

static void test_threads_are_as_asked(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool_options options = some_workers();
		struct portrait portrait = {.task.run = portrait_run};
		struct pool *pool;
		cpu_set_t cpus;

		CPU_ZERO(&cpus);
		CPU_SET(last_cpu(), &cpus);
		options.cpus = &cpus;
		options.stack_bytes = 256 * 1024;
		pool = open_or_fail(*kind, &options);
		assert_int_equal(pool_submit(pool, &portrait.task), POOL_OK);
		await(portrait.done);
		pool_close(pool, POOL_DRAIN);
		assert_memory_equal(portrait.name, "pool-", 5);
		assert_string_equal(portrait.name + 5, *kind);
		assert_true(CPU_EQUAL(&portrait.cpus, &cpus));
		assert_int_equal(sigismember(&portrait.blocked, SIGINT), 1);
		assert_int_equal(sigismember(&portrait.blocked, SIGUSR2), 1);
		assert_true(portrait.stack_bytes >= options.stack_bytes);
		assert_true(portrait.guard_bytes > 0);
	}
}

struct pinned_submitter {
	struct pool *pool;
	struct pool_task *task;
	enum pool_status status;
	cpu_set_t cpus;
};

static void *pinned_main(void *arg)
{
	struct pinned_submitter *pinned = arg;

	pthread_setaffinity_np(pthread_self(), sizeof(pinned->cpus), &pinned->cpus);
	pinned->status = pool_submit(pinned->pool, pinned->task);
	return NULL;
}

/* Not as the thread that submits the task for which a worker is started. */
static void test_without_cpus_threads_run_where_the_opener_may(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct portrait portrait = {.task.run = portrait_run};
	struct pinned_submitter pinned = {.task = &portrait.task};
	cpu_set_t own;
	pthread_t thread;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	CPU_ZERO(&pinned.cpus);
	CPU_SET(last_cpu(), &pinned.cpus);
	pinned.pool = open_or_fail("naive", &options);
	pthread_create(&thread, NULL, pinned_main, &pinned);
	pthread_join(thread, NULL);
	assert_int_equal(pinned.status, POOL_OK);
	await(portrait.done);
	pool_close(pinned.pool, POOL_DRAIN);
	assert_true(CPU_EQUAL(&portrait.cpus, &own));
}

static void test_threads_are_small_by_default(void **state)
{
	struct pool_options options = some_workers();
	struct pool *pool = open_or_fail("fixed", &options);
	size_t stack_bytes = 0;

	(void)state;
	pthread_attr_getstacksize(&pool->threads.attr, &stack_bytes);
	assert_in_range(stack_bytes, 64 * 1024, 1024 * 1024); /* a sanitizer wants more */
	pool_close(pool, POOL_DRAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_kinds_are_listed),
	    cmocka_unit_test(test_statuses_have_words),
	    cmocka_unit_test(test_an_unknown_kind_is_refused),
	    cmocka_unit_test(test_bad_options_are_refused),
	    cmocka_unit_test(test_prewarm_that_fails_leaves_no_thread),
	    cmocka_unit_test(test_prewarmed_workers_run_when_open_returns),
	    cmocka_unit_test(test_counters_add_up_at_rest),
	    cmocka_unit_test(test_drain_runs_what_was_taken),
	    cmocka_unit_test(test_abandon_gives_up_what_has_not_begun),
	    cmocka_unit_test(test_abandon_lets_a_running_task_end),
	    cmocka_unit_test(test_a_worker_may_submit),
	    cmocka_unit_test(test_a_closing_pool_takes_no_more),
	    cmocka_unit_test(test_threads_are_as_asked),
	    cmocka_unit_test(test_without_cpus_threads_run_where_the_opener_may),
	    cmocka_unit_test(test_threads_are_small_by_default),
	};

	own_threads = count_own_threads();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
