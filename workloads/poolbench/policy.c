/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/policy.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "workloads/poolbench/task.h"

/* Arrivals are evenly spaced, and ticks that always fall on one, or always before one, would see
 * too many busy workers, or too few. */
#define TICK_DITHER_NS (BENCH_TICK_NS / 8.0)

/* The fall-back of a bench answers nothing: that it was asked is counted where it is. */
static void answer(void *arg, struct pool_task *task, enum pool_refusal why)
{
	(void)arg;
	(void)task;
	(void)why;
}

static int init_breaker(struct bench_policy *p, struct error *err)
{
	struct pool_breaker_options options = POOL_BREAKER_OPTIONS_INIT;
	int error;

	options.cool_down_ns = p->params->breaker_cool_down_ns;
	error = pool_breaker_init(&p->breaker, &options, &p->clock);
	if (error)
		return error_host(err, error, "breaker: cannot begin");
	p->guard.breaker = &p->breaker;
	return 0;
}

static int init_overload(struct bench_policy *p, enum bench_overload overload, struct pool *pool,
			 const pthread_attr_t *spawn, struct error *err)
{
	struct pool_overload_options options = {.spawn = spawn,
						.waiting = (size_t)p->params->waiting,
						.dropped = bench_task_dropped,
						.fallback = {answer, NULL}};
	const char *name = pool_overload_names()[overload];
	int error = pool_overload_init(&p->overload, name, pool, &options);

	if (error)
		return error_host(err, error, "overload: \"%s\": cannot begin", name);
	p->guard.overload = &p->overload;
	return 0;
}

int bench_policy_init(struct bench_policy *p, const struct bench_setup *s, struct pool *pool,
		      const pthread_attr_t *spawn, struct error *err)
{
	const struct bench_policy_params *params = &s->params.policy;

	*p = (struct bench_policy){.params = params,
				   .clock = POOL_CLOCK_MONOTONIC,
				   .guard = {.fallback = {answer, NULL}},
				   .due_ns = INT64_MAX};
	random_init(&p->random, s->schedule.seed, 0);
	random_init(&p->dither, s->schedule.seed + 1, 0);
	if (params->degrade_at_ns >= 0)
		p->guard.degrade = &p->degrade;
	p->second_count = (uint64_t)((s->agreed.window_ns - 1) / NS_PER_S) + 1;
	p->seconds = calloc(p->second_count, sizeof(*p->seconds));
	if (!p->seconds)
		return error_host(err, ENOMEM, "policies: a window of %llu seconds",
				  (unsigned long long)p->second_count);
	if (init_overload(p, s->params.overload, pool, spawn, err) < 0 ||
	    (params->breaker && init_breaker(p, err) < 0))
		return -1;
	return bench_scaling_init(&p->scaling, params, &p->overload, (unsigned)s->params.size,
				  &s->schedule, s->agreed.warmup_ns + s->agreed.window_ns, err);
}

void bench_policy_destroy(struct bench_policy *p)
{
	bench_scaling_destroy(&p->scaling);
	if (p->guard.breaker)
		pool_breaker_destroy(&p->breaker);
	if (p->guard.overload)
		pool_overload_destroy(&p->overload);
	free(p->seconds);
	*p = (struct bench_policy){0};
}

static void flip(struct bench_policy *p, int64_t at_ns)
{
	const struct bench_policy_params *params = p->params;
	int64_t since = at_ns - params->degrade_at_ns;

	pool_degrade_set(&p->degrade, since >= 0 && (params->degrade_for_ns == 0 ||
						     since < params->degrade_for_ns));
}

void bench_policy_start(struct bench_policy *p, const struct agreed *agreed, int64_t start_ns)
{
	p->start_ns = start_ns;
	p->window_ns = start_ns + agreed->warmup_ns;
	p->end_ns = p->window_ns + agreed->window_ns;
	if (p->guard.degrade)
		flip(p, 0);
	if (p->scaling.pool || p->guard.breaker || p->guard.degrade)
		p->due_ns = start_ns;
}

enum pool_overload_outcome bench_policy_submit(struct bench_policy *p, struct bench_task *task,
					       enum pool_status *status, int64_t *asked_ns)
{
	enum pool_overload_outcome outcome;

	*status = POOL_OK;
	if (!pool_guard_admit(&p->guard, &task->pool, bench_task_permit(task), &outcome)) {
		*asked_ns = clock_now();
		return outcome;
	}
	if (p->overload.ops->submit) {
		outcome = pool_overload_submit(&p->overload, &task->pool, status);
		*asked_ns = clock_now();
		return outcome;
	}
	*status = pool_submit(p->overload.pool, &task->pool);
	*asked_ns = clock_now();
	return *status == POOL_OK ? POOL_OVERLOAD_TAKEN
				  : pool_overload_refused(&p->overload, &task->pool, *status);
}

bool bench_policy_fails(struct bench_policy *p, int64_t intended_ns)
{
	const struct bench_policy_params *params = p->params;
	int64_t since = intended_ns - p->start_ns - params->fail_at_ns;

	if (params->fail_rate <= 0 || since < 0 ||
	    (params->fail_for_ns > 0 && since >= params->fail_for_ns))
		return false;
	return random_unit(&p->random) <= params->fail_rate;
}

static void note(struct bench_policy *p, int64_t now_ns, uint64_t capacity)
{
	uint64_t second = (uint64_t)((now_ns - p->window_ns) / NS_PER_S);
	struct pool_breaker_stats stats = {.state = POOL_BREAKER_CLOSED};

	if (p->guard.breaker)
		pool_breaker_stats(&p->breaker, &stats);
	/* A second without a tick is as this one. */
	for (uint64_t i = p->seconds_seen < second ? p->seconds_seen : second; i <= second; i++)
		p->seconds[i] = (struct bench_policy_second){capacity, stats.state};
	p->seconds_seen = second + 1;
}

void bench_policy_tick(struct bench_policy *p, int64_t now_ns)
{
	bool in_window = now_ns >= p->window_ns && now_ns < p->end_ns;
	uint64_t capacity = 0;

	if (now_ns < p->due_ns)
		return;
	if (in_window && !p->in_window && p->guard.breaker)
		pool_breaker_stats(&p->breaker, &p->before);
	p->in_window |= in_window;
	if (p->guard.degrade)
		flip(p, now_ns - p->start_ns);
	if (p->scaling.pool)
		capacity = bench_scaling_tick(&p->scaling, now_ns - p->start_ns, in_window);
	if (in_window)
		note(p, now_ns, capacity);
	/* A tick that was missed is not made up for. */
	p->due_ns = p->start_ns + ((now_ns - p->start_ns) / BENCH_TICK_NS + 1) * BENCH_TICK_NS +
		    (int64_t)(random_unit(&p->dither) * TICK_DITHER_NS);
	if (p->due_ns >= p->end_ns)
		p->due_ns = INT64_MAX;
}

void bench_policy_finish(struct bench_policy *p)
{
	if (p->scaling.pool && p->in_window)
		pool_scaling_score_end(&p->scaling.score, p->end_ns - p->start_ns);
	if (p->guard.breaker)
		pool_breaker_stats(&p->breaker, &p->after);
	p->due_ns = INT64_MAX;
}
