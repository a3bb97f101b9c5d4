/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * No wake-up is lost. A worker that has run out of work is on its way to sleep when the next task
 * comes, again and again; several tasks come at once, and each goes on only when all of them run,
 * so that none may lie while a worker sleeps; and workers leave meanwhile, who may take with them
 * what they were woken for. A wake-up that is lost makes the test hang: the runner ends it.
 * The seed is printed; POOL_SEED=N repeats it, POOL_ROUNDS=N makes it longer.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"
#include "pool/pool.h"
#include "pool/queue/queue.h"

enum { TOGETHER = 3 };

static uint32_t next_below(uint64_t *state, uint32_t bound)
{
	return (uint32_t)((random_splitmix(state) >> 32) % bound);
}

static bool one_in(uint64_t *state, uint32_t n)
{
	return next_below(state, n) == 0;
}

/* A task that ends when `all` of its round have begun. */
struct meeting {
	int all;
	atomic_int begun, done;
};

struct guest {
	struct pool_task task;
	struct meeting *meeting;
};

static void guest_run(struct pool_task *task)
{
	struct meeting *meeting = ((struct guest *)task)->meeting;

	atomic_fetch_add(&meeting->begun, 1);
	while (atomic_load(&meeting->begun) < meeting->all)
		pool_yield();
	atomic_fetch_add(&meeting->done, 1);
}

static void meet(struct pool *pool, int count, uint64_t *random)
{
	struct meeting meeting = {.all = count};
	struct guest guests[TOGETHER];

	for (int i = 0; i < count; i++) {
		guests[i] = (struct guest){.task.run = guest_run, .meeting = &meeting};
		assert_int_equal(pool_submit(pool, &guests[i].task), POOL_OK);
	}
	while (atomic_load(&meeting.done) < count)
		sched_yield();
	/* Until the workers look for the next task, or give up, or sleep. */
	for (uint32_t i = next_below(random, 2000); i > 0; i--)
		atomic_signal_fence(memory_order_seq_cst);
}

/* Surplus workers that are just going idle: each of them leaves, and for those that
 * come next it is waited until they are gone. A fibre pool's threads stay. */
static void shrink_and_grow(const char *kind, const char *queue, uint64_t *random, uint64_t rounds)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool_stats stats;
	struct pool *pool;
	int error = 0;

	options.capacity = options.prewarm = TOGETHER;
	options.queue = queue;
	pool = pool_open(kind, &options, &error);
	assert_non_null(pool);
	for (uint64_t i = 0; i < rounds; i++) {
		bool wait = one_in(random, 2);

		meet(pool, TOGETHER, random);
		assert_int_equal(pool_tune(pool, 1), 0);
		do {
			sched_yield();
			pool_stats(pool, &stats);
		} while (wait && stats.workers > 1);
		assert_int_equal(pool_tune(pool, TOGETHER), 0);
	}
	assert_int_equal(pool_tune(pool, 1), 0);
	do {
		sched_yield();
		pool_stats(pool, &stats);
	} while (stats.workers > 1);
	assert_true(stats.workers_peak <= TOGETHER);
	pool_close(pool, POOL_DRAIN);
}

static void run_rounds(const char *kind, const char *queue, uint64_t *random, uint64_t rounds)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	bool tuned = strcmp(kind, "naive") != 0;
	struct pool *pool;
	int error = 0;

	options.capacity = options.prewarm = TOGETHER;
	options.queue = queue;
	pool = pool_open(kind, &options, &error);
	assert_non_null(pool);
	for (uint64_t i = 0; i < rounds; i++)
		meet(pool, 1, random);
	for (uint64_t i = 0; i < rounds; i++)
		meet(pool, TOGETHER, random);
	for (uint64_t i = 0; tuned && i < rounds; i++) {
		assert_int_equal(pool_tune(pool, TOGETHER + next_below(random, 3)), 0);
		meet(pool, 1 + (int)next_below(random, TOGETHER), random);
	}
	pool_close(pool, POOL_DRAIN);
	if (tuned && strcmp(kind, "fibre") != 0)
		shrink_and_grow(kind, queue, random, rounds);
}

static uint64_t from_env(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void test_no_wake_up_is_lost(void **state)
{
	uint64_t seed = from_env("POOL_SEED", (uint64_t)time(NULL) * 1000003 + (uint64_t)getpid());
	uint64_t rounds = from_env("POOL_ROUNDS", 100), random = seed | 1;

	(void)state;
	print_message("POOL_SEED=%llu POOL_ROUNDS=%llu\n", (unsigned long long)seed,
		      (unsigned long long)rounds);
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		run_rounds(*kind, NULL, &random, rounds);
		for (const struct pool_queue_traits *const *queue = pool_queue_kinds(); *queue;
		     queue++)
			if (pool_takes_queue(*kind, (*queue)->name))
				run_rounds(*kind, (*queue)->name, &random, rounds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_wake_up_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
