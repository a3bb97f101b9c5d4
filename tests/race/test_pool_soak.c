/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every kind of pool with every queue that fits it, from its opening to its close: several
 * submitters, and a thread that tunes, purges, stops and reboots it meanwhile, at random. Tasks
 * return, wait, fail, yield, block, submit others, and are cancelled, by themselves or with their
 * group. In the end each task has had exactly one end, the one that its owner was told and that the
 * pool has counted; and no thread is left. The seed is printed; POOL_SEED=N repeats it,
 * POOL_ROUNDS=N makes it longer.
 */
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"
#include "pool/pool.h"
#include "pool/queue/queue.h"

enum { SUBMITTERS = 3, ITEMS = 80, CONTROLS = 12 };

#define US INT64_C(1000)

static bool one_in(struct random *random, uint32_t n)
{
	return random_below(random, n) == 0;
}

static int64_t in_us(uint32_t us)
{
	return clock_now() + us * US;
}

static void pause_us(uint32_t us)
{
	nanosleep(&(struct timespec){0, us * US}, NULL);
}

/* -- tasks ------------------------------------------------------------------------------------ */

enum deed { RETURN, WAIT, FAIL, YIELD, BLOCK, SUBMIT, DEEDS };

struct item {
	struct pool_task task;
	struct pool *pool;
	struct item *child; /* that SUBMIT submits; or NULL */
	enum deed deed;
	uint32_t us;
	bool submitted, sure_to_be_cancelled;
	enum pool_status status; /* where submitted */
	atomic_int begun, failing, returned, abandoned;
	atomic_int ended[4];
};

static void block(void *arg)
{
	pause_us(((struct item *)arg)->us);
}

/* With a deadline: a pool whose workers all wait for each other must come out of it. */
static void submit_item(struct item *item, int64_t deadline)
{
	item->submitted = true;
	item->status = deadline == INT64_MAX ? pool_submit(item->pool, &item->task)
					     : pool_submit_until(item->pool, &item->task, deadline);
}

static void item_run(struct pool_task *task)
{
	struct item *item = (struct item *)task;

	atomic_fetch_add(&item->begun, 1);
	switch (item->deed) {
	case WAIT:
		pool_wait_until(in_us(item->us));
		break;
	case FAIL:
		atomic_fetch_add(&item->failing, 1);
		pool_fail((int)item->us);
	case YIELD:
		pool_yield();
		break;
	case BLOCK:
		pool_block(block, item);
		break;
	case SUBMIT:
		submit_item(item->child, in_us(item->us));
		break;
	case RETURN:
	case DEEDS:
		break;
	}
	atomic_fetch_add(&item->returned, 1);
}

static void item_abandoned(struct pool_task *task)
{
	atomic_fetch_add(&((struct item *)task)->abandoned, 1);
}

static void item_ended(struct pool_task *task, enum pool_end end, int code)
{
	struct item *item = (struct item *)task;

	atomic_fetch_add(&item->ended[end], 1);
	assert_int_equal(code, end == POOL_FAILED ? (int)item->us : 0);
}

struct tally {
	uint64_t taken, refused, completed, failed, given_up;
};

static void check_tracked(const struct item *item)
{
	assert_int_equal(item->ended[0] + item->ended[1] + item->ended[2] + item->ended[3], 1);
	assert_int_equal(item->ended[POOL_COMPLETED], item->returned);
	assert_int_equal(item->ended[POOL_FAILED], item->failing);
	if (item->ended[POOL_ABANDONED] || item->sure_to_be_cancelled)
		assert_int_equal(item->begun, 0);
	if (item->sure_to_be_cancelled)
		assert_int_equal(item->ended[POOL_CANCELLED], 1);
}

static void count_item(struct tally *tally, const struct item *item)
{
	if (!item->submitted || item->status != POOL_OK) {
		assert_int_equal(item->begun + item->abandoned, 0);
		assert_int_equal(item->ended[0] + item->ended[1] + item->ended[2] + item->ended[3],
				 0);
		tally->refused += item->submitted;
		return;
	}
	assert_int_equal(item->begun + item->abandoned, 1);
	assert_true(item->returned + item->failing <= item->begun);
	if (item->task.ended)
		check_tracked(item);
	tally->taken++;
	tally->completed += (uint64_t)item->returned;
	tally->failed += (uint64_t)item->failing;
	tally->given_up += !item->returned && !item->failing;
}

/* -- submitters ------------------------------------------------------------------------------- */

struct submitter {
	struct pool *pool;
	struct random random;
	struct item items[ITEMS], children[ITEMS];
	pthread_t thread;
	atomic_bool done;
};

static void init_item(struct item *item, struct submitter *submitter, struct pool_group *group)
{
	struct random *random = &submitter->random;

	*item = (struct item){.task = {.run = item_run, .abandoned = item_abandoned},
			      .pool = submitter->pool,
			      .deed = (enum deed)random_below(random, DEEDS),
			      .us = random_below(random, 300)};
	if (one_in(random, 2))
		item->task.ended = item_ended;
	if (one_in(random, 3))
		item->task.group = group;
	item->task.urgent = one_in(random, 4);
}

static void cancel_one(struct submitter *submitter, uint32_t below)
{
	struct item *item = &submitter->items[random_below(&submitter->random, below)];
	enum pool_cancel cancel = pool_cancel(&item->task);

	if (!item->task.ended)
		assert_int_equal(cancel, POOL_CANCEL_NOT_TRACKED);
	if (cancel == POOL_CANCEL_QUEUED)
		item->sure_to_be_cancelled = true;
}

static void *submitter_main(void *arg)
{
	struct submitter *submitter = arg;
	struct random *random = &submitter->random;

	for (uint32_t i = 0; i < ITEMS; i++) {
		int64_t deadline = one_in(random, 3) ? in_us(random_below(random, 500)) : INT64_MAX;

		submit_item(&submitter->items[i], deadline);
		if (one_in(random, 5))
			cancel_one(submitter, i + 1);
		/* A pool that is stopped comes back. */
		if (one_in(random, submitter->items[i].status == POOL_CLOSED ? 1 : 10))
			pause_us(random_below(random, 300));
	}
	atomic_store(&submitter->done, true);
	return NULL;
}

static void submitter_init(struct submitter *submitter, struct pool *pool, struct random *random,
			   struct pool_group *group)
{
	submitter->pool = pool;
	random_init(&submitter->random, random_next(random), 0);
	atomic_store(&submitter->done, false);
	for (int i = 0; i < ITEMS; i++) {
		init_item(&submitter->items[i], submitter, group);
		init_item(&submitter->children[i], submitter, group);
		if (submitter->children[i].deed == SUBMIT)
			submitter->children[i].deed = RETURN;
		submitter->items[i].child = &submitter->children[i];
	}
}

/* -- one pool --------------------------------------------------------------------------------- */

/* All from opening to close. */
struct trial {
	const char *kind, *queue; /* NULL: the kind's own */
	struct pool *pool;
	struct pool_group group;
	uint64_t abandoned, in_groups; /* as the stops have told */
	struct submitter submitters[SUBMITTERS];
};

static struct pool_options random_options(const struct trial *trial, struct random *random)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	bool meets = trial->queue && strcmp(trial->queue, "rendezvous") == 0;

	options.capacity = 1 + random_below(random, 5);
	options.prewarm = random_below(random, 6);
	options.max_waiters = random_below(random, 4);
	if (!(meets && strcmp(trial->kind, "stealing") == 0))
		options.nonblocking = one_in(random, 3);
	if (strcmp(trial->kind, "elastic") == 0 && one_in(random, 2))
		options.idle_expiry_ns = 1 + random_below(random, 1000) * US;
	options.queue = trial->queue;
	options.queue_capacity = 1 + random_below(random, 16);
	options.wait = (enum pool_wait)random_below(random, 4);
	if (options.wait == POOL_WAIT_SPIN && options.capacity > 1)
		options.wait = POOL_WAIT_SPIN_FUTEX; /* there are fewer CPUs */
	return options;
}

static void stop(struct trial *trial, struct random *random)
{
	struct pool_closing closing;

	assert_int_equal(
	    pool_stop(trial->pool, one_in(random, 2) ? POOL_DRAIN : POOL_ABANDON, &closing), 0);
	trial->abandoned += closing.abandoned;
	trial->in_groups += closing.in_groups;
}

static void control(struct trial *trial, struct random *random)
{
	struct pool_stats stats;
	int error;

	switch (random_below(random, 5)) {
	case 0:
		error = pool_tune(trial->pool, 1 + random_below(random, 6));
		assert_true(error == 0 || error == ENOTSUP);
		break;
	case 1:
		error = pool_purge(trial->pool);
		assert_true(error == 0 || error == ENOTSUP);
		break;
	case 2:
		stop(trial, random);
		assert_int_equal(pool_tune(trial->pool, 3), ESHUTDOWN);
		assert_int_equal(pool_reboot(trial->pool), 0);
		break;
	case 3:
		pool_stats(trial->pool, &stats);
		assert_true(stats.submitted >=
			    stats.completed + stats.failed + stats.cancelled + stats.abandoned);
		break;
	default:
		pause_us(random_below(random, 1000));
	}
}

static bool all_done(const struct trial *trial)
{
	for (int i = 0; i < SUBMITTERS; i++)
		if (!atomic_load(&trial->submitters[i].done))
			return false;
	return true;
}

static void check(struct trial *trial)
{
	struct pool_group_stats group;
	struct pool_stats stats;
	struct tally tally = {0};

	for (int i = 0; i < SUBMITTERS; i++)
		for (int k = 0; k < ITEMS; k++) {
			count_item(&tally, &trial->submitters[i].items[k]);
			count_item(&tally, &trial->submitters[i].children[k]);
		}
	pool_stats(trial->pool, &stats);
	assert_int_equal(stats.submitted, tally.taken);
	assert_int_equal(stats.rejected, tally.refused);
	assert_int_equal(stats.completed, tally.completed);
	assert_int_equal(stats.failed, tally.failed);
	assert_int_equal(stats.cancelled + stats.abandoned, tally.given_up);
	assert_int_equal(stats.abandoned, trial->abandoned);
	assert_int_equal(stats.queued + stats.waiters + stats.workers + stats.idle, 0);
	pool_group_stats(&trial->group, &group);
	assert_int_equal(group.taken,
			 group.completed + group.failed + group.cancelled + group.abandoned);
	assert_int_equal(group.abandoned, trial->in_groups);
	assert_int_equal(pool_group_close(&trial->group), 0); /* nobody is left in it */
}

static void run_trial(struct trial *trial, struct random *random)
{
	struct pool_options options = random_options(trial, random);
	int error = 0;

	trial->abandoned = trial->in_groups = 0;
	pool_group_init(&trial->group);
	trial->pool = pool_open(trial->kind, &options, &error);
	if (!trial->pool)
		fail_msg("%s with %s: errno %d", trial->kind, trial->queue, error);
	for (int i = 0; i < SUBMITTERS; i++)
		submitter_init(&trial->submitters[i], trial->pool, random, &trial->group);
	for (int i = 0; i < SUBMITTERS; i++)
		assert_int_equal(pthread_create(&trial->submitters[i].thread, NULL, submitter_main,
						&trial->submitters[i]),
				 0);
	for (int i = 0; i < CONTROLS || !all_done(trial); i++) {
		control(trial, random);
		if (i == CONTROLS && one_in(random, 4))
			pool_group_cancel(&trial->group);
	}
	for (int i = 0; i < SUBMITTERS; i++)
		pthread_join(trial->submitters[i].thread, NULL);
	stop(trial, random);
	check(trial);
	pool_close(trial->pool, POOL_DRAIN);
}

/* -- all of them ------------------------------------------------------------------------------ */

static int count_threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	int count = -2; /* . and .. */

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* One that was joined may be listed for a moment still. */
static void expect_threads(int count)
{
	for (int i = 0; i < 50000 && count_threads() != count; i++)
		pause_us(100);
	assert_int_equal(count_threads(), count);
}

static uint64_t from_env(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void soak(const char *kind, const char *queue, uint64_t seed, uint64_t rounds)
{
	static struct trial trial;
	struct random random;
	int threads = count_threads();

	trial.kind = kind;
	trial.queue = queue;
	random_init(&random, seed, 0);
	for (uint64_t i = 0; i < rounds; i++)
		run_trial(&trial, &random);
	expect_threads(threads);
}

static void *do_nothing(void *arg)
{
	return arg;
}

/* What fits: queues for any number of producers and of consumers, and kinds that have a queue. */
static bool fits(const char *kind, const struct pool_queue_traits *traits)
{
	return strcmp(kind, "naive") != 0 && traits->many_producers && traits->many_consumers &&
	       !traits->same_thread;
}

static void test_every_kind_with_every_queue(void **state)
{
	uint64_t seed = from_env("POOL_SEED", (uint64_t)time(NULL) * 1000003 + (uint64_t)getpid());
	uint64_t rounds = from_env("POOL_ROUNDS", 10);
	const struct pool_queue_traits *const *queue;
	int pairs = 0, kinds = 0;
	pthread_t thread;

	(void)state;
	print_message("POOL_SEED=%llu POOL_ROUNDS=%llu\n", (unsigned long long)seed,
		      (unsigned long long)rounds);
	pthread_create(&thread, NULL, do_nothing, NULL); /* a sanitizer makes its own one now */
	pthread_join(thread, NULL);
	for (const char *const *kind = pool_kinds(); *kind; kind++, kinds++) {
		soak(*kind, NULL, seed, rounds);
		for (queue = pool_queue_kinds(); *queue; queue++) {
			const char *name = (*queue)->name;

			assert_int_equal(pool_takes_queue(*kind, name), fits(*kind, *queue));
			if (!fits(*kind, *queue))
				continue;
			soak(*kind, name, seed, rounds);
			pairs++;
		}
	}
	/* All but naive, with mutex, rendezvous, mpmc, channel, list and priority at least. */
	assert_true(pairs >= (kinds - 1) * 6);
	assert_true(pairs >= 24);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_kind_with_every_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
