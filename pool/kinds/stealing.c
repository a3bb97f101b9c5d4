/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "stealing": submitting, and the pool's life. */
#include "pool/kinds/stealing.h"
#include "pool/kinds/kinds.h"

#include <errno.h>
#include <sys/mman.h>

#include "pool/worker/worker_loop.h"

/* The worker that this thread is, if it is one of that pool. */
static struct pool_worker *worker_here(struct pool_stealing *stealing)
{
	struct pool_context *context = pool_context();

	if (!context || context->pool != &stealing->workers.pool)
		return NULL;
	return ((struct pool_worker_loop *)context)->owner;
}

static int stealing_open(struct pool *pool, const struct pool_options *options)
{
	struct pool_stealing *stealing = (struct pool_stealing *)pool;
	int error = pool_workers_init(&stealing->workers, options, &pool_stealing_source,
				      POOL_STEALING_MAX);
	void *own;

	pool_eventcount_init(&stealing->sleepers);
	if (error)
		return error;
	own = mmap(NULL, POOL_STEALING_MAX * sizeof(struct pool_stealing_worker),
		   PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (own == MAP_FAILED)
		return ENOMEM;
	stealing->parts = own;
	if (options->nonblocking && stealing->workers.task_queue.meets)
		return EINVAL;
	return pool_workers_start(pool, options->capacity);
}

/* A task was submitted: wake a sleeping worker, unless one searches. */
static void announce(struct pool_stealing *stealing)
{
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&stealing->searching, memory_order_relaxed) == 0)
		pool_stealing_wake_one(stealing);
}

static enum pool_status inject(struct pool_stealing *stealing, struct pool_task *task,
			       int64_t deadline_ns)
{
	struct pool_workers *workers = &stealing->workers;
	enum pool_status status;

	if (!pool_workers_have_task_queue(workers)) {
		pool_fifo_put(&workers->queue, task);
		return POOL_OK;
	}
	if (!workers->task_queue.meets)
		return pool_task_queue_put(&workers->task_queue, &workers->pool, task, deadline_ns);
	atomic_fetch_add(&stealing->meeting, 1);
	pool_stealing_wake_one(stealing);
	status = pool_task_queue_put(&workers->task_queue, &workers->pool, task, deadline_ns);
	atomic_fetch_sub(&stealing->meeting, 1);
	return status;
}

static enum pool_status stealing_submit(struct pool *pool, struct pool_task *task,
					int64_t deadline_ns)
{
	struct pool_stealing *stealing = (struct pool_stealing *)pool;
	struct pool_worker *worker = worker_here(stealing);
	enum pool_status status = POOL_OK;

	if (!worker || !pool_deque_push(&pool_stealing_worker_of(worker)->deque, task))
		status = inject(stealing, task, deadline_ns);
	if (status == POOL_OK)
		announce(stealing);
	return status;
}

static void stealing_destroy(struct pool *pool)
{
	struct pool_stealing *stealing = (struct pool_stealing *)pool;

	for (uint32_t i = 0; i < atomic_load(&stealing->ready); i++)
		pool_deque_destroy(&stealing->parts[i].deque);
	if (stealing->parts)
		munmap(stealing->parts, POOL_STEALING_MAX * sizeof(struct pool_stealing_worker));
	pool_workers_destroy(pool);
}

const struct pool_ops pool_stealing = {
    .kind = "stealing",
    .size = sizeof(struct pool_stealing),
    .takes_queue = pool_task_queue_fits,
    .open = stealing_open,
    .submit = stealing_submit,
    .release_waiters = pool_workers_release_submitters,
    .dismiss = pool_workers_dismiss,
    .reboot = pool_workers_restart,
    .tune = pool_workers_tune,
    .destroy = stealing_destroy,
};
