/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop of a worker that is a thread: it runs one task after the other. A task that fails, or is
 * cancelled while it waits, is left with longjmp(3), and the next one begins. */
#ifndef POOLRIG_POOL_WORKER_WORKER_LOOP_H
#define POOLRIG_POOL_WORKER_WORKER_LOOP_H

#include <setjmp.h>

#include "pool/task/task.h"

struct pool_worker_loop {
	struct pool_context context; /* must be first */
	/* The owner's. next(): the task to run now, waiting for one; NULL: leave. finished(): after
	 * each task, however it ended; or NULL. */
	struct pool_task *(*next)(void *owner);
	void (*finished)(void *owner);
	void *owner;
	jmp_buf unwind;
};

/* Run tasks in this thread until next() returns NULL. The loop is on this thread's stack. */
void pool_worker_loop_run(struct pool_worker_loop *loop, struct pool *pool);

#endif
