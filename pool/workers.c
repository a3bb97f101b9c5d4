/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/workers.h"

#include <errno.h>
#include <sys/mman.h>

#include "pool/hand.h"

/* The table is address space, not memory, until a place is used. */
int workers_init(struct workers *workers, const struct pool_options *options,
		 const struct workers_source *source)
{
	void *table;

	if (!source)
		source = options->queue ? &workers_named_queue : &workers_own_queue;
	workers->source = source;
	fifo_init(&workers->queue);
	pthread_mutex_init(&workers->lock, NULL);
	pthread_cond_init(&workers->news, NULL);
	workers->coming_limit = workers->pool.crew.cpus;
	table = mmap(NULL, WORKERS_MAX * sizeof(struct worker), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (table == MAP_FAILED)
		return ENOMEM;
	workers->roost.table = table;
	return options->queue ? supply_open(&workers->supply, options) : 0;
}

void workers_destroy(struct workers *workers)
{
	if (workers->roost.table)
		munmap(workers->roost.table, WORKERS_MAX * sizeof(struct worker));
	pthread_cond_destroy(&workers->news);
	pthread_mutex_destroy(&workers->lock);
	fifo_destroy(&workers->queue);
	supply_destroy(&workers->supply);
}

bool workers_may_leave(struct worker *worker)
{
	struct workers *workers = worker->workers;

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

void workers_let_next_go(struct workers *workers)
{
	pthread_mutex_lock(&workers->lock);
	workers->leaving++;
	pthread_cond_signal(&workers->news);
	pthread_mutex_unlock(&workers->lock);
}

void workers_let_go(struct workers *workers)
{
	workers_let_next_go(workers);
	workers->source->rouse(workers);
}

static struct pool_task *next(void *owner)
{
	struct worker *worker = owner;
	struct pool_task *task = worker->first;

	if (!task)
		return worker->workers->source->next(worker);
	worker->first = NULL;
	return task;
}

static void finished(void *owner)
{
	struct workers *workers = ((struct worker *)owner)->workers;

	if (workers->finished)
		workers->finished(workers);
}

static void work(struct crew_member *member)
{
	struct worker *worker = (struct worker *)member;
	struct hand hand = {.next = next, .finished = finished, .owner = worker};

	hand_work(&hand, &worker->workers->pool);
}

/* Under the lock: one that is on its way out has to be gone first. That takes no longer than the
 * end of a thread. */
static bool must_wait(const struct workers *workers)
{
	return !workers->leaving && workers->going && workers->taken >= workers->bound;
}

/* A place for a worker to be started in, or NULL: one that was to leave stays. */
static struct worker *take_place(struct workers *workers)
{
	struct worker *worker = NULL;

	pthread_mutex_lock(&workers->lock);
	while (must_wait(workers))
		pthread_cond_wait(&workers->news, &workers->lock);
	if (workers->leaving) {
		workers->leaving--;
	} else if (workers->free_place) {
		worker = &workers->roost.table[workers->free_place - 1];
		workers->free_place = atomic_load(&worker->below);
	} else {
		worker = &workers->roost.table[workers->used++];
	}
	workers->taken += worker != NULL;
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
	workers->taken--;
	workers->going -= worker->going;
	pthread_cond_signal(&workers->news);
	pthread_mutex_unlock(&workers->lock);
}

int workers_add_for(struct workers *workers, struct pool_task **first)
{
	struct worker *worker = take_place(workers);
	int error = 0;

	if (!worker)
		return 0;
	worker->member.work = work;
	worker->member.gone = free_place;
	worker->workers = workers;
	worker->first = *first;
	worker->going = false;
	seat_init(&worker->seat);
	if (workers->source->prepare)
		error = workers->source->prepare(worker);
	if (!error)
		error = crew_start(&workers->pool.crew, &worker->member);
	if (error)
		free_place(&worker->member);
	else
		*first = NULL;
	return error;
}

int workers_add(struct workers *workers)
{
	struct pool_task *none = NULL;

	return workers_add_for(workers, &none);
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

int workers_grow(struct workers *workers, uint32_t capacity)
{
	struct pool *pool = &workers->pool;
	uint32_t added;
	int error;

	atomic_store(&workers->bound, capacity);
	error = workers_add_many(workers, capacity - (uint32_t)pool_read(&pool->capacity), &added);
	pool_count(&pool->capacity, added);
	return error;
}

void workers_shrink(struct workers *workers, uint32_t capacity)
{
	struct pool *pool = &workers->pool;

	for (; pool_read(&pool->capacity) > capacity; pool_count(&pool->capacity, -1))
		workers_let_go(workers);
}

int workers_restart(struct workers *workers)
{
	struct pool *pool = &workers->pool;
	uint64_t capacity = pool_read(&pool->capacity);
	int error = workers_reset(workers);

	if (error)
		return error;
	atomic_store(&pool->capacity, 0);
	error = workers_grow(workers, (uint32_t)capacity);
	atomic_store(&pool->capacity, capacity); /* for the next attempt */
	return error;
}

void workers_dismiss(struct pool *pool)
{
	struct workers *workers = (struct workers *)pool;

	atomic_store(&workers->dismissed, true);
	workers->source->dismiss(workers);
}

void workers_turn_away(struct pool *pool)
{
	supply_turn_away(&((struct workers *)pool)->supply);
}

int workers_reset(struct workers *workers)
{
	atomic_store(&workers->dismissed, false);
	atomic_store(&workers->leaving, 0);
	return workers->supply.name ? supply_reopen(&workers->supply) : 0;
}
