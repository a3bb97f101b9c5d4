/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/worker/workers.h"

#include <errno.h>
#include <sys/mman.h>

#include "pool/worker/worker_loop.h"

/* The table is address space, not memory, until a place is used. */
int pool_workers_init(struct pool_workers *workers, const struct pool_options *options,
		      const struct pool_workers_source *source, uint32_t most)
{
	void *table;

	if (!source)
		source = pool_task_queue_asked(options) ? &pool_workers_named_queue
							: &pool_workers_own_queue;
	workers->source = source;
	workers->most = most;
	pool_fifo_init(&workers->queue);
	pthread_mutex_init(&workers->lock, NULL);
	pthread_cond_init(&workers->changed, NULL);
	workers->waking_limit = workers->pool.threads.cpus;
	table = mmap(NULL, POOL_WORKERS_MAX * sizeof(struct pool_worker), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (table == MAP_FAILED)
		return ENOMEM;
	workers->idle_stack.table = table;
	return pool_task_queue_asked(options) ? pool_task_queue_open(&workers->task_queue, options)
					      : 0;
}

void pool_workers_destroy(struct pool *pool)
{
	struct pool_workers *workers = (struct pool_workers *)pool;

	if (workers->idle_stack.table)
		munmap(workers->idle_stack.table, POOL_WORKERS_MAX * sizeof(struct pool_worker));
	pthread_cond_destroy(&workers->changed);
	pthread_mutex_destroy(&workers->lock);
	pool_fifo_destroy(&workers->queue);
	pool_task_queue_destroy(&workers->task_queue);
}

bool pool_workers_may_leave(struct pool_worker *worker)
{
	struct pool_workers *workers = worker->workers;

	if (atomic_load(&workers->leaving) == 0)
		return false;
	pthread_mutex_lock(&workers->lock);
	worker->going = workers->leaving > 0;
	if (worker->going) {
		workers->leaving--;
		workers->going++;
	}
	pthread_mutex_unlock(&workers->lock);
	return worker->going;
}

void pool_workers_end_next(struct pool_workers *workers)
{
	pthread_mutex_lock(&workers->lock);
	workers->leaving++;
	pthread_cond_signal(&workers->changed);
	pthread_mutex_unlock(&workers->lock);
}

void pool_workers_end_one(struct pool_workers *workers)
{
	pool_workers_end_next(workers);
	workers->source->unpark(workers);
}

static struct pool_task *next(void *owner)
{
	struct pool_worker *worker = owner;
	struct pool_task *task = worker->first;

	if (!task)
		return worker->workers->source->next(worker);
	worker->first = NULL;
	return task;
}

static void finished(void *owner)
{
	struct pool_workers *workers = ((struct pool_worker *)owner)->workers;

	if (workers->finished)
		workers->finished(workers);
}

static void work(struct pool_thread *member)
{
	struct pool_worker *worker = (struct pool_worker *)member;
	struct pool_worker_loop loop = {.next = next, .finished = finished, .owner = worker};

	pool_worker_loop_run(&loop, &worker->workers->pool);
}

/* Under the lock: a worker that is ending has to be gone first. That takes no longer than the end
 * of a thread. */
static bool must_wait(const struct pool_workers *workers)
{
	return !workers->leaving && workers->going && workers->taken >= workers->bound;
}

/* A place for a worker to be started in, or NULL: one that was to leave stays. */
static struct pool_worker *take_place(struct pool_workers *workers)
{
	struct pool_worker *worker = NULL;

	pthread_mutex_lock(&workers->lock);
	while (must_wait(workers))
		pthread_cond_wait(&workers->changed, &workers->lock);
	if (workers->leaving) {
		workers->leaving--;
	} else if (workers->free_place) {
		worker = &workers->idle_stack.table[workers->free_place - 1];
		workers->free_place = atomic_load(&worker->below);
	} else {
		worker = &workers->idle_stack.table[workers->used++];
	}
	workers->taken += worker != NULL;
	pthread_mutex_unlock(&workers->lock);
	return worker;
}

static void free_place(struct pool_thread *member)
{
	struct pool_worker *worker = (struct pool_worker *)member;
	struct pool_workers *workers = worker->workers;

	pthread_mutex_lock(&workers->lock);
	atomic_store(&worker->below, workers->free_place);
	workers->free_place = (uint32_t)(worker - workers->idle_stack.table) + 1;
	workers->taken--;
	workers->going -= worker->going;
	pthread_cond_signal(&workers->changed);
	pthread_mutex_unlock(&workers->lock);
}

int pool_workers_add_for(struct pool_workers *workers, struct pool_task **first)
{
	struct pool_worker *worker = take_place(workers);
	int error = 0;

	if (!worker)
		return 0;
	worker->member.work = work;
	worker->member.gone = free_place;
	worker->workers = workers;
	worker->first = *first;
	worker->going = false;
	pool_parker_init(&worker->parker);
	if (workers->source->prepare)
		error = workers->source->prepare(worker);
	if (!error)
		error = pool_thread_group_start(&workers->pool.threads, &worker->member);
	if (error)
		free_place(&worker->member);
	else
		*first = NULL;
	return error;
}

int pool_workers_add(struct pool_workers *workers)
{
	struct pool_task *none = NULL;

	return pool_workers_add_for(workers, &none);
}

int pool_workers_add_many(struct pool_workers *workers, uint32_t count, uint32_t *added)
{
	int error = 0;

	for (*added = 0; *added < count; ++*added) {
		error = pool_workers_add(workers);
		if (error)
			break;
	}
	return error;
}

/* Workers from pool.capacity up to `capacity`, until one can't be started: pool.capacity says how
 * many there are. */
static int grow(struct pool_workers *workers, uint32_t capacity)
{
	struct pool *pool = &workers->pool;
	uint32_t added;
	int error;

	atomic_store(&workers->bound, capacity);
	error =
	    pool_workers_add_many(workers, capacity - (uint32_t)pool_read(&pool->capacity), &added);
	pool_count(&pool->capacity, added);
	return error;
}

int pool_workers_start(struct pool *pool, unsigned capacity)
{
	struct pool_workers *workers = (struct pool_workers *)pool;

	if (capacity == 0)
		return EINVAL;
	if (capacity > workers->most)
		return EAGAIN;
	atomic_store(&pool->capacity, 0);
	return grow(workers, capacity);
}

int pool_workers_tune(struct pool *pool, unsigned capacity)
{
	struct pool_workers *workers = (struct pool_workers *)pool;

	if (capacity == 0 || capacity > workers->most)
		return EINVAL;
	for (; pool_read(&pool->capacity) > capacity; pool_count(&pool->capacity, -1))
		pool_workers_end_one(workers);
	return grow(workers, capacity);
}

int pool_workers_restart(struct pool *pool)
{
	struct pool_workers *workers = (struct pool_workers *)pool;
	uint64_t capacity = pool_read(&pool->capacity);
	int error = pool_workers_reset(workers);

	if (error)
		return error;
	error = pool_workers_start(pool, (unsigned)capacity);
	atomic_store(&pool->capacity, capacity); /* for the next attempt */
	return error;
}

void pool_workers_dismiss(struct pool *pool)
{
	struct pool_workers *workers = (struct pool_workers *)pool;

	atomic_store(&workers->dismissed, true);
	workers->source->dismiss(workers);
}

void pool_workers_release_submitters(struct pool *pool)
{
	pool_task_queue_release_putters(&((struct pool_workers *)pool)->task_queue);
}

int pool_workers_reset(struct pool_workers *workers)
{
	atomic_store(&workers->dismissed, false);
	atomic_store(&workers->leaving, 0);
	return workers->task_queue.name ? pool_task_queue_reopen(&workers->task_queue) : 0;
}
