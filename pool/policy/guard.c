/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/policy/guard.h"

static enum overload_outcome refuse(struct guard *g, struct pool_task *task, enum refusal why)
{
	atomic_fetch_add_explicit(&g->refused[why], 1, memory_order_relaxed);
	if (!g->fallback.answer)
		return OVERLOAD_REJECTED;
	g->fallback.answer(g->fallback.arg, task, why);
	return OVERLOAD_FELL_BACK;
}

bool guard_admit(struct guard *g, struct pool_task *task, breaker_permit *permit,
		 enum overload_outcome *outcome)
{
	*permit = 0;
	if (g->degrade && degrade_on(g->degrade)) {
		*outcome = refuse(g, task, REFUSED_BY_SWITCH);
		return false;
	}
	if (!g->breaker)
		return true;
	*permit = breaker_allow(g->breaker);
	if (*permit)
		return true;
	*outcome = refuse(g, task, REFUSED_BY_BREAKER);
	return false;
}

enum overload_outcome guard_submit(struct guard *g, struct pool_task *task, breaker_permit *permit)
{
	enum overload_outcome outcome;
	enum pool_status status;

	if (!guard_admit(g, task, permit, &outcome))
		return outcome;
	outcome = overload_submit(g->overload, task, &status);
	if (outcome == OVERLOAD_REJECTED || outcome == OVERLOAD_FELL_BACK)
		atomic_fetch_add_explicit(&g->refused[REFUSED_BY_POOL], 1, memory_order_relaxed);
	return outcome;
}

struct pool_task *guard_end(struct guard *g, breaker_permit permit, bool failed)
{
	if (g->breaker)
		breaker_record(g->breaker, permit, failed);
	return overload_next(g->overload);
}
