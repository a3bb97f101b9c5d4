/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A task on its fibre: how it begins, waits and ends, and where its core finds the next one. */
#include "pool/kinds/fibre_pool.h"

/* -- a task on its fibre --------------------------------------------------------------------- */

static struct pool_fibre_pool *fibres_of(struct pool_context *context)
{
	return (struct pool_fibre_pool *)context->pool;
}

static void context_wait_until(struct pool_context *context, int64_t deadline_ns)
{
	(void)context;
	pool_fibre_wait_until(deadline_ns);
}

static void context_yield(struct pool_context *context)
{
	(void)context;
	pool_fibre_yield();
}

static void context_block(struct pool_context *context, void (*fn)(void *arg), void *arg)
{
	pool_fibre_block(fibres_of(context), fn, arg);
}

static void context_unwind(struct pool_context *context)
{
	(void)context;
	pool_fibre_unwind();
}

static const struct pool_context_ops context_ops = {
    .wait_until = context_wait_until,
    .yield = context_yield,
    .block = context_block,
    .unwind = context_unwind,
};

static void fibre_made(void *owner, void *local)
{
	struct pool_context *context = local;

	*context = (struct pool_context){.ops = &context_ops, .pool = owner};
}

static void fibre_run(void *local, void *item)
{
	pool_run(local, item);
}

static void fibre_unwound(void *local)
{
	struct pool_context *context = local;

	pool_finish(context, context->end, context->code);
}

/* -- the cores' side ------------------------------------------------------------------------- */

static size_t take(void *owner, void **items, size_t most)
{
	struct pool_fibre_pool *fibres = owner;
	struct pool_queue *queue = fibres->task_queue.queue;
	uint64_t left = 0;
	size_t count;

	count = queue ? pool_queue_get_many(queue, items, most, NULL)
		      : pool_ring_mpmc_get_many(&fibres->ring, items, most);
	if (count == most)
		left = queue ? pool_queue_count(queue) : pool_ring_mpmc_count(&fibres->ring);
	if (count)
		pool_note_queued(&fibres->pool, (int64_t)(count + left));
	return count;
}

static bool expecting(void *owner)
{
	struct pool_fibre_pool *fibres = owner;

	return atomic_load(&fibres->meeting) > 0;
}

static void passed(void *owner, size_t begun, size_t ended)
{
	struct pool_fibre_pool *fibres = owner;

	if (begun)
		atomic_fetch_add(&fibres->begun, begun);
	if (ended)
		atomic_fetch_add(&fibres->ended, ended);
	pool_fibre_serve_waiters(fibres);
}

static void *attach(void *owner)
{
	(void)owner;
	return &pool_context_now;
}

const struct pool_fibre_work pool_fibre_pool_work = {
    .local_bytes = sizeof(struct pool_context),
    .made = fibre_made,
    .run = fibre_run,
    .unwound = fibre_unwound,
    .take = take,
    .expecting = expecting,
    .passed = passed,
    .attach = attach,
};
