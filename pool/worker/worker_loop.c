/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/worker/worker_loop.h"

static void unwind(struct pool_context *context)
{
	_longjmp(((struct pool_worker_loop *)context)->unwind, 1);
}

static const struct pool_context_ops thread_ops = {
    .wait_until = pool_thread_wait_until,
    .yield = pool_thread_yield,
    .block = pool_thread_block,
    .unwind = unwind,
};

static void done(struct pool_worker_loop *loop)
{
	if (loop->finished)
		loop->finished(loop->owner);
}

/* One setjmp() for all tasks: a task costs nothing that it does not use. The loop is not a variable
 * of this function, so after a longjmp() it holds what was written last. */
static void work(struct pool_worker_loop *loop)
{
	struct pool_task *task;

	if (_setjmp(loop->unwind) != 0) {
		pool_finish(&loop->context, loop->context.end, loop->context.code);
		done(loop);
	}
	while ((task = loop->next(loop->owner))) {
		pool_run(&loop->context, task);
		done(loop);
	}
}

void pool_worker_loop_run(struct pool_worker_loop *loop, struct pool *pool)
{
	struct pool_context *outer = pool_context_now;

	loop->context = (struct pool_context){.ops = &thread_ops, .pool = pool};
	pool_context_now = &loop->context;
	work(loop);
	pool_context_now = outer;
}
