/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "stealing": how a worker finds its next task, and how it sleeps. */
#include "pool/stealing.h"

#include <errno.h>

#define DEQUE_FIRST 64 /* items; it grows */
#define FAIR_ONE_IN 61
#define MEET_NS     INT64_C(1000000)

static struct stealing *stealing_of(struct worker *worker)
{
	return (struct stealing *)worker->workers;
}

/* -- finding ---------------------------------------------------------------------------------- */

static struct pool_task *get_injected(struct stealing *stealing)
{
	struct workers *workers = &stealing->workers;
	struct pool_task *task = NULL;
	bool more;

	if (!workers_have_supply(workers))
		return fifo_get(&workers->queue, &more);
	supply_try_get(&workers->supply, &task);
	return task;
}

static struct pool_task *pop(struct thief *thief)
{
	void *item;

	return deque_pop(&thief->deque, &item) ? item : NULL;
}

static struct pool_task *steal_from(struct thief *victim)
{
	enum deque_steal status;
	void *item;

	do {
		status = deque_steal(&victim->deque, &item);
	} while (status == DEQUE_LOST);
	return status == DEQUE_STOLEN ? item : NULL;
}

/* G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8(14), 2003. */
static uint32_t random_below(struct thief *thief, uint32_t bound)
{
	thief->random ^= thief->random << 13;
	thief->random ^= thief->random >> 7;
	thief->random ^= thief->random << 17;
	return (uint32_t)((thief->random >> 32) * bound >> 32);
}

static struct pool_task *steal(struct stealing *stealing, struct thief *thief)
{
	uint32_t count = atomic_load_explicit(&stealing->ready, memory_order_acquire);
	uint32_t first = random_below(thief, count);
	struct pool_task *task = NULL;

	for (uint32_t i = 0; i < count && !task; i++) {
		struct thief *victim = &stealing->thieves[(first + i) % count];

		if (victim != thief)
			task = steal_from(victim);
	}
	return task;
}

static struct pool_task *find_elsewhere(struct worker *worker)
{
	struct stealing *stealing = stealing_of(worker);
	struct pool_task *task = get_injected(stealing);

	return task ? task : steal(stealing, stealing_thief(worker));
}

static bool any_task(struct stealing *stealing)
{
	struct workers *workers = &stealing->workers;
	uint32_t count = atomic_load_explicit(&stealing->ready, memory_order_acquire);

	if (workers_have_supply(workers) ? queue_count(workers->supply.queue) > 0
					 : fifo_any(&workers->queue))
		return true;
	for (uint32_t i = 0; i < count; i++)
		if (deque_count(&stealing->thieves[i].deque) > 0)
			return true;
	return false;
}

/* -- searching and sleeping ------------------------------------------------------------------- */

static void start_search(struct stealing *stealing, struct thief *thief)
{
	if (!thief->searching)
		atomic_fetch_add(&stealing->searching, 1);
	thief->searching = true;
}

/* Returns whether it was the last. */
static bool end_search(struct stealing *stealing, struct thief *thief)
{
	bool searched = thief->searching;

	thief->searching = false;
	return searched && atomic_fetch_sub(&stealing->searching, 1) == 1;
}

/* Found, by who had nothing left: those that come now see that nobody searches; those that came
 * before may have relied on this one. */
static void found(struct stealing *stealing, struct thief *thief)
{
	if (!thief->searching)
		return;
	pool_sample_queued(&stealing->workers.pool);
	if (end_search(stealing, thief)) {
		atomic_thread_fence(memory_order_seq_cst);
		if (any_task(stealing))
			stealing_wake_one(stealing);
	}
}

/* Somebody waits in a queue that keeps nothing, for a worker to come there. */
static struct pool_task *meet(struct stealing *stealing)
{
	struct pool_task *task = NULL;

	if (atomic_load(&stealing->meeting))
		supply_get(&stealing->workers.supply, &task, monotonic_now() + MEET_NS);
	return task;
}

/* Sleep, unless there is something after all. */
static struct pool_task *rest(struct worker *worker)
{
	struct stealing *stealing = stealing_of(worker);
	struct workers *workers = worker->workers;
	struct thief *thief = stealing_thief(worker);
	struct pool_task *task;
	uint32_t key;

	end_search(stealing, thief);
	pool_count(&workers->pool.idle, 1);
	key = eventcount_prepare(&stealing->sleepers);
	task = find_elsewhere(worker);
	if (task || atomic_load(&workers->dismissed) || atomic_load(&workers->leaving) ||
	    atomic_load(&stealing->meeting))
		eventcount_cancel(&stealing->sleepers);
	else
		eventcount_wait(&stealing->sleepers, key, INT64_MAX);
	pool_count(&workers->pool.idle, -1);
	start_search(stealing, thief);
	return task ? task : meet(stealing);
}

/* The worker goes, maybe instead of looking for what it was woken for. */
static void leave(struct worker *worker)
{
	struct stealing *stealing = stealing_of(worker);

	end_search(stealing, stealing_thief(worker));
	stealing_wake_one(stealing);
}

static struct pool_task *look(struct worker *worker)
{
	struct thief *thief = stealing_thief(worker);
	struct pool_task *task = NULL;

	if (++thief->looks % FAIR_ONE_IN == 0)
		task = get_injected(stealing_of(worker));
	return task ? task : pop(thief);
}

static struct pool_task *next(struct worker *worker)
{
	struct stealing *stealing = stealing_of(worker);
	struct thief *thief = stealing_thief(worker);
	struct pool_task *task = look(worker);

	while (!task) {
		bool dismissed = atomic_load(&worker->workers->dismissed);

		/* Its own deque is empty, and will stay so. */
		if (workers_may_leave(worker)) {
			leave(worker);
			return NULL;
		}
		start_search(stealing, thief);
		task = find_elsewhere(worker);
		if (!task && dismissed) {
			leave(worker);
			return NULL;
		}
		if (!task)
			task = rest(worker);
	}
	found(stealing, thief);
	return task;
}

static void rouse(struct workers *workers)
{
	stealing_wake_one((struct stealing *)workers);
}

static void dismiss(struct workers *workers)
{
	struct stealing *stealing = (struct stealing *)workers;

	supply_close(&workers->supply);
	eventcount_notify(&stealing->sleepers, UINT32_MAX);
}

/* Places are used from the first one on; a deque stays when its worker has left. Only one thread at
 * a time starts workers. */
static int prepare(struct worker *worker)
{
	struct stealing *stealing = stealing_of(worker);
	uint32_t place = (uint32_t)(worker - worker->workers->roost.table);

	if (place >= STEALING_MAX)
		return EAGAIN;
	for (uint32_t ready; (ready = atomic_load(&stealing->ready)) <= place;) {
		struct thief *thief = &stealing->thieves[ready];
		int error = deque_init(&thief->deque, DEQUE_FIRST, 0);

		if (error)
			return error;
		thief->random = UINT64_C(0x9e3779b97f4a7c15) * (ready + 1);
		atomic_store_explicit(&stealing->ready, ready + 1, memory_order_release);
	}
	return 0;
}

const struct workers_source stealing_source = {
    .prepare = prepare,
    .next = next,
    .rouse = rouse,
    .dismiss = dismiss,
};
