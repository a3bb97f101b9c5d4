/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "stealing": submitting, and the pool's life. */
#include "pool/stealing.h"

#include <errno.h>
#include <sys/mman.h>

#include "pool/hand.h"

/* The worker that this thread is, if it is one of that pool. */
static struct worker *worker_here(struct stealing *stealing)
{
	struct pool_context *context = pool_context();

	if (!context || context->pool != &stealing->workers.pool)
		return NULL;
	return ((struct hand *)context)->owner;
}

static int stealing_open(struct pool *pool, const struct pool_options *options)
{
	struct stealing *stealing = (struct stealing *)pool;
	int error = workers_init(&stealing->workers, options, &stealing_source);
	void *thieves;

	eventcount_init(&stealing->sleepers);
	if (error)
		return error;
	thieves = mmap(NULL, STEALING_MAX * sizeof(struct thief), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (thieves == MAP_FAILED)
		return ENOMEM;
	stealing->thieves = thieves;
	if (options->capacity == 0 || (options->nonblocking && stealing->workers.supply.meets))
		return EINVAL;
	if (options->capacity > STEALING_MAX)
		return EAGAIN;
	atomic_store(&pool->capacity, 0);
	return workers_grow((struct workers *)pool, options->capacity);
}

/* Submitted: who sleeps is woken, unless somebody searches. */
static void announce(struct stealing *stealing)
{
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&stealing->searching, memory_order_relaxed) == 0)
		stealing_wake_one(stealing);
}

static enum pool_status inject(struct stealing *stealing, struct pool_task *task,
			       int64_t deadline_ns)
{
	struct workers *workers = &stealing->workers;
	enum pool_status status;

	if (!workers_have_supply(workers)) {
		fifo_put(&workers->queue, task);
		return POOL_OK;
	}
	if (!workers->supply.meets)
		return supply_put(&workers->supply, &workers->pool, task, deadline_ns);
	atomic_fetch_add(&stealing->meeting, 1);
	stealing_wake_one(stealing);
	status = supply_put(&workers->supply, &workers->pool, task, deadline_ns);
	atomic_fetch_sub(&stealing->meeting, 1);
	return status;
}

static enum pool_status stealing_submit(struct pool *pool, struct pool_task *task,
					int64_t deadline_ns)
{
	struct stealing *stealing = (struct stealing *)pool;
	struct worker *worker = worker_here(stealing);
	enum pool_status status = POOL_OK;

	if (!worker || !deque_push(&stealing_thief(worker)->deque, task))
		status = inject(stealing, task, deadline_ns);
	if (status == POOL_OK)
		announce(stealing);
	return status;
}

static int stealing_tune(struct pool *pool, unsigned capacity)
{
	if (capacity == 0 || capacity > STEALING_MAX)
		return EINVAL;
	workers_shrink((struct workers *)pool, capacity);
	return workers_grow((struct workers *)pool, capacity);
}

static int stealing_reboot(struct pool *pool)
{
	return workers_restart((struct workers *)pool);
}

static void stealing_destroy(struct pool *pool)
{
	struct stealing *stealing = (struct stealing *)pool;

	for (uint32_t i = 0; i < atomic_load(&stealing->ready); i++)
		deque_destroy(&stealing->thieves[i].deque);
	if (stealing->thieves)
		munmap(stealing->thieves, STEALING_MAX * sizeof(struct thief));
	workers_destroy(&stealing->workers);
}

const struct pool_ops pool_stealing = {
    .kind = "stealing",
    .size = sizeof(struct stealing),
    .takes_queue = supply_fits,
    .open = stealing_open,
    .submit = stealing_submit,
    .turn_away = workers_turn_away,
    .dismiss = workers_dismiss,
    .reboot = stealing_reboot,
    .tune = stealing_tune,
    .destroy = stealing_destroy,
};
