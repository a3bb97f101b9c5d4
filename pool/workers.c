/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/workers.h"

#include "pool/hand.h"

#include <errno.h>
#include <sys/mman.h>

/* The table is address space, not memory, until a place is used. */
int workers_init(struct workers *workers, uint32_t places)
{
	void *table;

	fifo_init(&workers->queue);
	pthread_mutex_init(&workers->lock, NULL);
	pthread_cond_init(&workers->news, NULL);
	workers->coming_limit = workers->pool.crew.cpus;
	if (places > ROOST_MAX)
		return EAGAIN;
	table = mmap(NULL, places * sizeof(struct worker), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (table == MAP_FAILED)
		return ENOMEM;
	workers->roost.table = table;
	workers->places = places;
	return 0;
}

void workers_destroy(struct workers *workers)
{
	if (workers->roost.table)
		munmap(workers->roost.table, workers->places * sizeof(struct worker));
	pthread_cond_destroy(&workers->news);
	pthread_mutex_destroy(&workers->lock);
	fifo_destroy(&workers->queue);
}

static void call_one(struct workers *workers, uint32_t limit)
{
	if (roost_call(&workers->roost, limit))
		pool_count(&workers->pool.idle, -1);
}

void workers_put(struct workers *workers, struct pool_task *task)
{
	pool_queued(&workers->pool);
	fifo_put(&workers->queue, task);
	call_one(workers, workers->coming_limit);
}

static bool should_leave(struct workers *workers)
{
	bool leave;

	if (atomic_load(&workers->leaving) == 0)
		return false;
	pthread_mutex_lock(&workers->lock);
	leave = workers->leaving > 0;
	if (leave)
		workers->leaving--;
	pthread_mutex_unlock(&workers->lock);
	return leave;
}

/* A worker whose time is over can't leave from amid the stack. But workers are all alike: whichever
 * is on top is called, and whichever is first to have nothing in hand leaves. */
void workers_let_go(struct workers *workers)
{
	pthread_mutex_lock(&workers->lock);
	workers->leaving++;
	pthread_cond_signal(&workers->news);
	pthread_mutex_unlock(&workers->lock);
	call_one(workers, UINT32_MAX);
}

/* Sit until called. The first call may be this worker's own, and may hit itself, which then does
 * not sleep. One that sits down after the dismissal calls one for each that sat down, so that none
 * is left. */
static void rest(struct workers *workers, struct worker *worker)
{
	pool_count(&workers->pool.idle, 1);
	roost_sit(&workers->roost, worker);
	if (atomic_load(&workers->dismissed))
		call_one(workers, UINT32_MAX);
	else if (fifo_any(&workers->queue))
		call_one(workers, workers->coming_limit);

	while (!roost_sleep(&workers->roost, worker, workers->idle_expiry_ns))
		if (workers->dispensable(workers))
			workers_let_go(workers);
}

/* The worker leaves, maybe instead of looking for what it was called for: whoever did not call
 * another one because this one was on its way has put its task before that, so it is seen here. */
static void hand_over(struct workers *workers)
{
	if (fifo_any(&workers->queue))
		call_one(workers, workers->coming_limit);
}

/* NULL: the worker leaves. */
static struct pool_task *next_task(void *owner)
{
	struct worker *worker = owner;
	struct workers *workers = worker->workers;

	for (;;) {
		bool dismissed = atomic_load(&workers->dismissed);
		struct pool_task *task;
		bool more;

		if (should_leave(workers)) {
			hand_over(workers);
			return NULL;
		}
		task = fifo_get(&workers->queue, &more);
		if (more)
			call_one(workers, workers->coming_limit);
		if (task) {
			pool_unqueued(&workers->pool);
			return task;
		}
		if (dismissed)
			return NULL;
		rest(workers, worker);
	}
}

static void finished(void *owner)
{
	struct worker *worker = owner;

	if (worker->workers->finished)
		worker->workers->finished(worker->workers);
}

static void work(struct crew_member *member)
{
	struct worker *worker = (struct worker *)member;
	struct hand hand = {.next = next_task, .finished = finished, .owner = worker};

	hand_work(&hand, &worker->workers->pool);
}

/* A place for a worker to be started in, or NULL: one that was to leave stays. Where there is
 * neither, the last that was let go is on its way out, or about to be: that takes no longer than
 * the end of a thread. */
static struct worker *take_place(struct workers *workers)
{
	struct worker *worker = NULL;

	pthread_mutex_lock(&workers->lock);
	while (!workers->leaving && !workers->free_place && workers->used == workers->places)
		pthread_cond_wait(&workers->news, &workers->lock);
	if (workers->leaving) {
		workers->leaving--;
	} else if (workers->free_place) {
		worker = &workers->roost.table[workers->free_place - 1];
		workers->free_place = atomic_load(&worker->below);
	} else {
		worker = &workers->roost.table[workers->used++];
	}
	pthread_mutex_unlock(&workers->lock);
	return worker;
}

static void free_place(struct crew_member *member)
{
	struct worker *worker = (struct worker *)member;
	struct workers *workers = worker->workers;

	pthread_mutex_lock(&workers->lock);
	atomic_store(&worker->below, workers->free_place);
	workers->free_place = (uint32_t)(worker - workers->roost.table) + 1;
	pthread_cond_signal(&workers->news);
	pthread_mutex_unlock(&workers->lock);
}

int workers_add(struct workers *workers)
{
	struct worker *worker = take_place(workers);
	int error;

	if (!worker)
		return 0;
	worker->member.work = work;
	worker->member.gone = free_place;
	worker->workers = workers;
	seat_init(&worker->seat);
	error = crew_start(&workers->pool.crew, &worker->member);
	if (error)
		free_place(&worker->member);
	return error;
}

int workers_add_many(struct workers *workers, uint32_t count, uint32_t *added)
{
	int error = 0;

	for (*added = 0; *added < count; ++*added) {
		error = workers_add(workers);
		if (error)
			break;
	}
	return error;
}

void workers_dismiss(struct pool *pool)
{
	struct workers *workers = (struct workers *)pool;

	atomic_store(&workers->dismissed, true);
	while (roost_call(&workers->roost, UINT32_MAX))
		pool_count(&pool->idle, -1);
}

void workers_reset(struct workers *workers)
{
	atomic_store(&workers->dismissed, false);
	atomic_store(&workers->leaving, 0);
}
