/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/hand.h"

static void unwind(struct pool_context *context)
{
	_longjmp(((struct hand *)context)->unwind, 1);
}

static const struct pool_context_ops thread_ops = {
    .wait_until = pool_thread_wait_until,
    .yield = pool_thread_yield,
    .block = pool_thread_block,
    .unwind = unwind,
};

static void done(struct hand *hand)
{
	if (hand->finished)
		hand->finished(hand->owner);
}

/* One setjmp() for all tasks: a task costs nothing that it does not use. The hand is not a variable
 * of this function, so what it holds after a longjmp() is what was last written. */
static void work(struct hand *hand)
{
	struct pool_task *task;

	if (_setjmp(hand->unwind) != 0) {
		pool_finish(&hand->context, hand->context.end, hand->context.code);
		done(hand);
	}
	while ((task = hand->next(hand->owner))) {
		if (pool_begin(&hand->context, task)) {
			task->run(task);
			pool_finish(&hand->context, POOL_COMPLETED, 0);
		}
		done(hand);
	}
}

void hand_work(struct hand *hand, struct pool *pool)
{
	struct pool_context *outer = pool_context_now;

	hand->context = (struct pool_context){.ops = &thread_ops, .pool = pool};
	pool_context_now = &hand->context;
	work(hand);
	pool_context_now = outer;
}
