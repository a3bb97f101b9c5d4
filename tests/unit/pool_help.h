/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For the tests of the pools: tasks that say what happened to them, and that can be held. */
#ifndef POOLRIG_TESTS_POOL_HELP_H
#define POOLRIG_TESTS_POOL_HELP_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "pool/kinds/kinds.h"
#include "pool/open.h"
#include "pool/task/counters.h"
#include "pool/pool.h"

/* Wait for something that must come; a test that waits in vain is ended by the runner. */
#define await(condition)                                                                           \
	do {                                                                                       \
		while (!(condition))                                                               \
			pause_a_little();                                                          \
	} while (0)

static inline void pause_a_little(void)
{
	nanosleep(&(struct timespec){0, 100000}, NULL);
}

/* A task that notes who ran it and as which one, and that waits for `hold` where there is one. */
struct probe {
	struct pool_task task;
	atomic_bool *hold;    /* run() waits while it is true */
	atomic_int *sequence; /* gives `order` */
	atomic_int ran, abandoned;
	int order;
	pid_t tid;
};

static inline void probe_run(struct pool_task *task)
{
	struct probe *probe = (struct probe *)task;
	atomic_bool *hold = probe->hold;

	probe->tid = gettid();
	if (probe->sequence)
		probe->order = atomic_fetch_add(probe->sequence, 1);
	atomic_fetch_add(&probe->ran, 1); /* from here on the probe may be gone */
	while (hold && atomic_load(hold))
		pause_a_little();
}

static inline void probe_abandoned(struct pool_task *task)
{
	atomic_fetch_add(&((struct probe *)task)->abandoned, 1);
}

#define PROBE(...)                                                                                 \
	{                                                                                          \
		.task = {.run = probe_run, .abandoned = probe_abandoned}, __VA_ARGS__              \
	}

static inline struct pool_stats stats_of(const struct pool *pool)
{
	struct pool_stats stats;

	pool_stats(pool, &stats);
	return stats;
}

static inline struct pool *open_or_fail(const char *kind, const struct pool_options *options)
{
	int error = -1;
	struct pool *pool = pool_open(kind, options, &error);

	assert_non_null(pool);
	assert_int_equal(error, 0);
	return pool;
}

static inline void submit_ok(struct pool *pool, struct probe *probe)
{
	assert_int_equal(pool_submit(pool, &probe->task), POOL_OK);
}

/* Run one task, and wait until its worker is idle again, as `idle` workers do then. */
static inline pid_t run_one(struct pool *pool, uint64_t idle)
{
	struct probe probe = PROBE(0);

	submit_ok(pool, &probe);
	await(probe.ran && stats_of(pool).idle == idle);
	return probe.tid;
}

/* Threads of this process. One that was joined may be listed for a moment still. */
static inline int count_threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	int count = -2; /* . and .. */

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static inline void *do_nothing_at_all(void *arg)
{
	return arg;
}

/* A sanitizer has a thread of its own, from the first pthread_create() on. */
static inline int count_own_threads(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, do_nothing_at_all, NULL);
	pthread_join(thread, NULL);
	for (int i = 0; i < 10; i++)
		pause_a_little();
	return count_threads();
}

/* Fails where there are fewer after some seconds. */
static inline void assert_threads(int count)
{
	for (int i = 0; i < 50000 && count_threads() != count; i++)
		pause_a_little();
	assert_int_equal(count_threads(), count);
}

/* Threads of a pool with that many workers: a fibre is none, its pool has one for each CPU. */
static inline int threads_of(const char *kind, int workers)
{
	cpu_set_t own;

	if (strcmp(kind, "fibre") != 0)
		return workers;
	assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	return CPU_COUNT(&own);
}

/* pool_close() in a thread of its own, while tasks are held. */
struct closer {
	struct pool *pool;
	enum pool_close_mode mode;
	struct pool_closing closing;
	pthread_t thread;
};

static inline bool all_closed(const struct pool_shards *shards)
{
	for (uint32_t i = 0; i <= shards->mask; i++)
		if (!pool_closable_count_is_closed(&shards->shards[i].submitters))
			return false;
	return true;
}

static inline void *closer_main(void *arg)
{
	struct closer *closer = arg;

	closer->closing = pool_close(closer->pool, closer->mode);
	return NULL;
}

/* Returns when the pool takes no more. */
static inline void closer_start(struct closer *closer)
{
	pthread_create(&closer->thread, NULL, closer_main, closer);
	await(all_closed(&closer->pool->shards));
}

static inline void *stopper_main(void *arg)
{
	struct closer *closer = arg;

	pool_stop(closer->pool, closer->mode, &closer->closing);
	return NULL;
}

/* The same with pool_stop(). */
static inline void stopper_start(struct closer *closer)
{
	pthread_create(&closer->thread, NULL, stopper_main, closer);
	await(all_closed(&closer->pool->shards));
}

static inline struct pool_closing closer_join(struct closer *closer)
{
	pthread_join(closer->thread, NULL);
	return closer->closing;
}

/* pool_submit() in a thread of its own, where it may have to wait. */
struct submitter {
	struct pool *pool;
	struct probe probe;
	enum pool_status status;
	pthread_t thread;
};

static inline void *submitter_main(void *arg)
{
	struct submitter *submitter = arg;

	submitter->status = pool_submit(submitter->pool, &submitter->probe.task);
	return NULL;
}

static inline void submitter_start(struct submitter *submitter)
{
	pthread_create(&submitter->thread, NULL, submitter_main, submitter);
}

static inline enum pool_status submitter_join(struct submitter *submitter)
{
	pthread_join(submitter->thread, NULL);
	return submitter->status;
}

#endif
