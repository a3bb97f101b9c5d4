/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/generator.h"

#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "pool/queue/relax.h"

/* Time until the next arrival that a step of the recorder may be begun in. */
#define SLACK_NS 3000

/* A thread that sleeps is woken late by far less than this. */
#define SPIN_NS (2 * NS_PER_MS)

static bool stopped(struct bench_generator *g)
{
	return atomic_load_explicit(&g->stop, memory_order_relaxed);
}

/* Returns the clock at the first look after `at`, or earlier where it is stopped. */
static int64_t wait_until(struct bench_generator *g, int64_t at)
{
	struct bench_recorder *r = g->env->recorder;

	for (;;) {
		int64_t now = clock_now();

		bench_recorder_tick(r, now - g->start_ns);
		if (now >= at || stopped(g))
			return now;
		if (bench_recorder_busy(r) && at - now > SLACK_NS)
			bench_recorder_step(r);
		else
			pool_cpu_relax();
	}
}

static void sleep_until_start(struct bench_generator *g)
{
	struct timespec ts = ns_timespec(g->start_ns - SPIN_NS);

	while (sem_clockwait(g->wake, CLOCK_MONOTONIC, &ts) < 0 && errno == EINTR)
		;
}

void bench_generator_enter_window(struct bench_generator *g)
{
	g->in_window = true;
	pool_stats(g->pool, &g->before);
	if (!g->allocator->reason)
		g->allocator->start();
}

/* The task has run, is running, or will run. */
static bool taken_by(struct bench_generator *g, enum pool_overload_outcome outcome)
{
	g->spawned += g->in_window && outcome == POOL_OVERLOAD_SPAWNED;
	g->caller_ran += g->in_window && outcome == POOL_OVERLOAD_CALLER_RAN;
	g->degraded += g->in_window && outcome == POOL_OVERLOAD_FELL_BACK;
	return outcome != POOL_OVERLOAD_REJECTED && outcome != POOL_OVERLOAD_FELL_BACK;
}

static void count(struct bench_generator *g, bool taken, int64_t late, int64_t submit_ns)
{
	struct bench_recorder *r = g->env->recorder;

	r->offered++;
	g->offered++;
	r->rejected += !taken;
	g->rejected += !taken;
	/* No other thread writes these two series. */
	hdr_record(&r->histograms[BENCH_GENERATOR_LATENESS], late);
	hdr_record(&r->histograms[BENCH_SUBMIT], submit_ns);
}

static void submit(struct bench_generator *g, struct bench_task *task, int64_t begin)
{
	int64_t late = bench_lateness_begin(&g->lateness, task->intended_ns, begin);
	enum pool_status status;
	int64_t submitted, end;
	/* From here on the task is the pool's. */
	enum pool_overload_outcome outcome =
	    bench_policy_submit(g->policy, task, &status, &submitted);
	bool taken = taken_by(g, outcome);

	end = outcome == POOL_OVERLOAD_TAKEN ? submitted : clock_now();
	g->refused_no_thread += g->in_window && status == POOL_NO_THREAD;
	bench_lateness_end(&g->lateness, begin, end);
	if (taken)
		g->dispatched++;
	else
		bench_slab_return(g->env->slab, task);
	if (g->in_window)
		count(g, taken, late, submitted - begin);
}

/* The task after this one, and whether there is one before the window's end. */
static bool next(struct bench_generator *g, int64_t *intended, int64_t *service)
{
	*intended = g->start_ns + bench_schedule_next(g->schedule, &g->at, service);
	return *intended < g->end_ns;
}

/* What was intended within the window, and is not submitted any more, was offered nevertheless. */
static void leave_unsubmitted(struct bench_generator *g, int64_t intended)
{
	int64_t service;

	do {
		if (intended < g->window_ns)
			continue;
		g->unsubmitted++;
		g->offered++;
		g->env->recorder->offered++;
	} while (next(g, &intended, &service));
}

void bench_generator_run(struct bench_generator *g)
{
	int64_t intended, service;

	sleep_until_start(g);
	while (next(g, &intended, &service)) {
		struct bench_task *task = bench_slab_take(g->env->slab);
		int64_t begin;

		if (!task) {
			g->no_memory = true;
			return;
		}
		/* All is made ready before the instant; nothing but the submit is left for it. */
		bench_task_prepare(task, intended, service, intended >= g->window_ns);
		task->fails = bench_policy_fails(g->policy, intended);
		if (intended >= g->window_ns && !g->in_window) {
			wait_until(g, g->window_ns);
			bench_generator_enter_window(g);
		}
		begin = wait_until(g, intended);
		if (stopped(g) || begin > g->limit_ns) {
			bench_slab_return(g->env->slab, task);
			leave_unsubmitted(g, intended);
			return;
		}
		submit(g, task, begin);
	}
	/* The window is as long as it was said to be, however sparse the arrivals. */
	if (!g->in_window) {
		wait_until(g, g->window_ns);
		bench_generator_enter_window(g);
	}
	wait_until(g, g->end_ns);
}
