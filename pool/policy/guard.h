/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pool with its policies before it, in this order: the degrade switch, the breaker, the pool, and
 * where that refuses the overload policy. Each may be left out but the last.
 *
 *     pool_guard_submit(&guard, &task->pool, &task->permit);
 *
 *     void run(struct pool_task *pool)
 *     {
 *             do {
 *                     struct mine *task = (struct mine *)pool;
 *                     bool failed = work(task);
 *                     pool = pool_guard_end(task->guard, task->permit, failed);
 *             } while (pool);
 *     }
 *
 * Threads: as its parts, any.
 */
#ifndef POOLRIG_POOL_POLICY_GUARD_H
#define POOLRIG_POOL_POLICY_GUARD_H

#include <stdbool.h>

#include "pool/language.h"
#include "pool/policy/breaker.h"
#include "pool/policy/degrade.h"
#include "pool/policy/overload.h"

POOL_C_BEGIN

/* None is owned. */
struct pool_guard {
	struct pool_degrade *degrade; /* or NULL */
	struct pool_breaker *breaker; /* or NULL */
	struct pool_overload *overload;
	/* For what switch and breaker refuse; without an answer() it is rejected. */
	struct pool_fallback fallback;
	POOL_ATOMIC(uint64_t) refused[POOL_REFUSED_BY_SWITCH + 1]; /* by whom */
};

/* Submit a task. *permit lies where the task finds it when it runs: it is set before the pool sees
 * the task. Where the outcome is POOL_OVERLOAD_REJECTED or POOL_OVERLOAD_FELL_BACK, the task does
 * not run. */
enum pool_overload_outcome pool_guard_submit(struct pool_guard *g, struct pool_task *task,
					     pool_breaker_permit *permit);

/* The first part of it alone: do switch and breaker let the task through? Where not, *outcome is
 * what became of it. */
bool pool_guard_admit(struct pool_guard *g, struct pool_task *task, pool_breaker_permit *permit,
		      enum pool_overload_outcome *outcome);

/* A task has done its work, with that outcome. Returns the next task to run in this thread, or
 * NULL. */
struct pool_task *pool_guard_end(struct pool_guard *g, pool_breaker_permit permit, bool failed);

POOL_C_END

#endif
