/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A task's life, for the threads and fibres that run it: admitted, begun, waiting, ended in one of
 * four ways. */
#ifndef POOLRIG_POOL_TASK_TASK_H
#define POOLRIG_POOL_TASK_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "pool/pool.h"
#include "pool/task/kind.h"

struct pool_context;

/* How a thread or a fibre that runs a task waits. wait_until() may return early where the task was
 * cancelled: pool_cancel() wakes a thread that waits with futex(2) on the task's state, a fibre
 * need not wake. */
struct pool_context_ops {
	void (*wait_until)(struct pool_context *context, int64_t deadline_ns);
	void (*yield)(struct pool_context *context);
	void (*block)(struct pool_context *context, void (*fn)(void *arg), void *arg);
	/* Go to where run() was called, and call pool_finish() there with context->end and ->code
	 * (a thread: longjmp; a fibre: the loop of its worker fibre). Does not return. */
	void (*unwind)(struct pool_context *context);
};

/* What runs a task: a thread, or a fibre. Part of a struct of its owner, initialised with {.ops,
 * .pool}. */
struct pool_context {
	const struct pool_context_ops *ops;
	struct pool *pool;
	struct pool_task *task;   /* the one that runs; NULL: none does */
	struct pool_group *group; /* of that task */
	bool tracked;
	enum pool_end end; /* for unwind() */
	int code;
};

/*
 * The context that runs on this thread, or NULL. A thread pool's worker sets it once; a scheduler
 * of fibres sets it before it switches to a fibre. Never read it on a fibre that may have moved to
 * another thread since its function began (the compiler keeps the address of a thread-local): on
 * fibres only through pool_context(), which is not inlined.
 */
extern _Thread_local struct pool_context *pool_context_now;
struct pool_context *pool_context(void);

/* Make the task ready to be taken. POOL_OK, or POOL_CLOSED: its group is. Where it is
 * not taken after all, pool_admit_undo(). */
enum pool_status pool_admit(struct pool_task *task);
void pool_admit_undo(struct pool_task *task);

/* A worker takes up a task. Returns true where the task is to be run, and false where the pool
 * gives up or the task was cancelled: then it has been ended. Both count in the shard of the CPU
 * that they are called on: POOL_TALLY_BEGUN, and the end. */
bool pool_begin(struct pool_context *context, struct pool_task *task);
void pool_finish(struct pool_context *context, enum pool_end end, int code);

/* All of it: begin the task, run it, end it. */
static inline void pool_run(struct pool_context *context, struct pool_task *task)
{
	if (pool_begin(context, task)) {
		task->run(task);
		pool_finish(context, POOL_COMPLETED, 0);
	}
}

/* How a worker that is a thread waits: what wait_until, yield and block are then. A kind's row has
 * them and its own unwind(). */
void pool_thread_wait_until(struct pool_context *context, int64_t deadline_ns);
void pool_thread_yield(struct pool_context *context);
void pool_thread_block(struct pool_context *context, void (*fn)(void *arg), void *arg);

#endif
