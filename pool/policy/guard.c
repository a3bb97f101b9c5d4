/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/policy/guard.h"

static enum pool_overload_outcome refuse(struct pool_guard *g, struct pool_task *task,
					 enum pool_refusal why)
{
	atomic_fetch_add_explicit(&g->refused[why], 1, memory_order_relaxed);
	if (!g->fallback.answer)
		return POOL_OVERLOAD_REJECTED;
	g->fallback.answer(g->fallback.arg, task, why);
	return POOL_OVERLOAD_FELL_BACK;
}

bool pool_guard_admit(struct pool_guard *g, struct pool_task *task, pool_breaker_permit *permit,
		      enum pool_overload_outcome *outcome)
{
	*permit = 0;
	if (g->degrade && pool_degrade_on(g->degrade)) {
		*outcome = refuse(g, task, POOL_REFUSED_BY_SWITCH);
		return false;
	}
	if (!g->breaker)
		return true;
	*permit = pool_breaker_allow(g->breaker);
	if (*permit)
		return true;
	*outcome = refuse(g, task, POOL_REFUSED_BY_BREAKER);
	return false;
}

enum pool_overload_outcome pool_guard_submit(struct pool_guard *g, struct pool_task *task,
					     pool_breaker_permit *permit)
{
	enum pool_overload_outcome outcome;
	enum pool_status status;

	if (!pool_guard_admit(g, task, permit, &outcome))
		return outcome;
	outcome = pool_overload_submit(g->overload, task, &status);
	if (outcome == POOL_OVERLOAD_REJECTED || outcome == POOL_OVERLOAD_FELL_BACK)
		atomic_fetch_add_explicit(&g->refused[POOL_REFUSED_BY_POOL], 1,
					  memory_order_relaxed);
	return outcome;
}

struct pool_task *pool_guard_end(struct pool_guard *g, pool_breaker_permit permit, bool failed)
{
	if (g->breaker)
		pool_breaker_record(g->breaker, permit, failed);
	return pool_overload_next(g->overload);
}
