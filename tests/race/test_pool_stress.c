/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several submitters at a pool with random options, some of which go on while the pool closes.
 * Every task must be accounted for exactly once: run, abandoned or refused; and the pool's counters
 * must say the same. The seed is printed; POOL_SEED=N repeats it, POOL_ROUNDS=N makes it longer.
 * What threads do with a seed differs from run to run all the same.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"
#include "pool/pool.h"

enum { SUBMITTERS_MAX = 6, TASKS_MAX = 300 };

static bool one_in(struct random *random, uint32_t n)
{
	return random_below(random, n) == 0;
}

struct item {
	struct pool_task task;
	uint32_t service_us; /* 0: return at once */
	atomic_int ran, abandoned;
	int status;
};

static void item_run(struct pool_task *task)
{
	struct item *item = (struct item *)task;

	if (item->service_us)
		nanosleep(&(struct timespec){0, item->service_us * 1000L}, NULL);
	atomic_fetch_add(&item->ran, 1);
}

static void item_abandoned(struct pool_task *task)
{
	atomic_fetch_add(&((struct item *)task)->abandoned, 1);
}

/* A task that keeps the pool from being freed as long as a submitter may still use it. */
struct guard {
	struct pool_task task;
	atomic_uint submitting;
	atomic_bool begun; /* from then on it can't be abandoned */
};

static void guard_run(struct pool_task *task)
{
	atomic_store(&((struct guard *)task)->begun, true);
	while (atomic_load(&((struct guard *)task)->submitting))
		nanosleep(&(struct timespec){0, 50000}, NULL);
}

struct submitter {
	struct pool *pool;
	struct guard *guard;
	struct random random;
	uint32_t tasks, pause_one_in;
	struct item items[TASKS_MAX];
	pthread_t thread;
};

static void *submitter_main(void *arg)
{
	struct submitter *submitter = arg;
	struct pool_stats stats;

	for (uint32_t i = 0; i < submitter->tasks; i++) {
		struct item *item = &submitter->items[i];

		item->status = (int)pool_submit(submitter->pool, &item->task);
		if (one_in(&submitter->random, submitter->pause_one_in))
			nanosleep(&(struct timespec){0, random_below(&submitter->random, 500000)},
				  NULL);
		if (one_in(&submitter->random, 50))
			pool_stats(submitter->pool, &stats);
	}
	atomic_fetch_sub(&submitter->guard->submitting, 1);
	return NULL;
}

static struct pool_options random_options(struct random *random)
{
	struct pool_options options = POOL_OPTIONS_INIT;

	options.capacity = 2 + random_below(random, 8);
	options.prewarm = random_below(random, 12);
	options.nonblocking = one_in(random, 2);
	options.max_waiters = random_below(random, 4);
	if (one_in(random, 2))
		options.idle_expiry_ns = 1000 + random_below(random, 1000000);
	return options;
}

static void submitter_init(struct submitter *submitter, struct random *random)
{
	uint32_t slow_one_in = 1 + random_below(random, 20);

	random_init(&submitter->random, random_next(random), 0);
	submitter->tasks = 1 + random_below(random, TASKS_MAX);
	submitter->pause_one_in = 1 + random_below(random, 100);
	for (uint32_t i = 0; i < submitter->tasks; i++) {
		submitter->items[i] =
		    (struct item){.task = {.run = item_run, .abandoned = item_abandoned}};
		if (one_in(random, slow_one_in))
			submitter->items[i].service_us = random_below(random, 300);
	}
}

struct tally {
	uint64_t ran, abandoned, refused;
};

/* Each task has exactly one end, and it is the one that its submitter was told. */
static void count_items(struct tally *tally, const struct submitter *submitter)
{
	for (uint32_t i = 0; i < submitter->tasks; i++) {
		const struct item *item = &submitter->items[i];
		int ran = item->ran, abandoned = item->abandoned;

		assert_int_equal(ran + abandoned, item->status == POOL_OK ? 1 : 0);
		assert_int_not_equal(item->status, POOL_NO_THREAD);
		tally->ran += (uint64_t)ran;
		tally->abandoned += (uint64_t)abandoned;
		tally->refused += item->status != POOL_OK;
	}
}

static void round_of(const char *kind, struct random *random)
{
	static struct submitter submitters[SUBMITTERS_MAX];
	uint32_t count = 1 + random_below(random, SUBMITTERS_MAX);
	struct pool_options options = random_options(random);
	bool close_early = one_in(random, 2);
	struct guard guard = {.task.run = guard_run};
	struct pool_stats stats = {0};
	struct pool_closing closing;
	struct tally tally = {0};
	struct pool *pool;
	int error = 0;

	pool = pool_open(kind, &options, &error);
	assert_non_null(pool);
	atomic_init(&guard.submitting, count);
	if (close_early) {
		assert_int_equal(pool_submit(pool, &guard.task), POOL_OK);
		while (!atomic_load(&guard.begun))
			sched_yield();
	}
	for (uint32_t i = 0; i < count; i++) {
		submitter_init(&submitters[i], random);
		submitters[i].pool = pool;
		submitters[i].guard = &guard;
	}
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(
		    pthread_create(&submitters[i].thread, NULL, submitter_main, &submitters[i]), 0);
	if (close_early) {
		nanosleep(&(struct timespec){0, random_below(random, 20000000)}, NULL);
	} else {
		while (atomic_load(&guard.submitting))
			nanosleep(&(struct timespec){0, 50000}, NULL);
		do
			pool_stats(pool, &stats);
		while (stats.completed < stats.submitted);
	}
	closing = pool_close(pool, one_in(random, 2) ? POOL_DRAIN : POOL_ABANDON);
	for (uint32_t i = 0; i < count; i++) {
		pthread_join(submitters[i].thread, NULL);
		count_items(&tally, &submitters[i]);
	}
	assert_int_equal(closing.abandoned, tally.abandoned);
	if (!close_early) {
		assert_int_equal(stats.completed, tally.ran);
		assert_int_equal(stats.rejected, tally.refused);
		assert_int_equal(stats.submitted, tally.ran);
		assert_int_equal(tally.abandoned, 0);
		if (kind[0] != 'n')
			assert_true(stats.workers_peak <= options.capacity);
	}
}

static uint64_t from_env(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void stress(const char *kind)
{
	uint64_t seed = from_env("POOL_SEED", (uint64_t)time(NULL) * 1000003 + (uint64_t)getpid());
	uint64_t rounds = from_env("POOL_ROUNDS", 40);
	struct random random;

	print_message("%s: POOL_SEED=%llu POOL_ROUNDS=%llu\n", kind, (unsigned long long)seed,
		      (unsigned long long)rounds);
	random_init(&random, seed, 0);
	for (uint64_t i = 0; i < rounds; i++)
		round_of(kind, &random);
}

static void test_naive(void **state)
{
	(void)state;
	stress("naive");
}

static void test_fixed(void **state)
{
	(void)state;
	stress("fixed");
}

static void test_elastic(void **state)
{
	(void)state;
	stress("elastic");
}

static void test_stealing(void **state)
{
	(void)state;
	stress("stealing");
}

static void test_fibre(void **state)
{
	(void)state;
	stress("fibre");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_naive),   cmocka_unit_test(test_fixed),
	    cmocka_unit_test(test_elastic), cmocka_unit_test(test_stealing),
	    cmocka_unit_test(test_fibre),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
