/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/task.h"

#include <stdlib.h>

#include "base/clock.h"
#include "workloads/poolbench/policy.h"
#include "workloads/poolbench/resource.h"

/* A computation that nothing can shorten. Returns its result. */
static uint64_t compute(uint64_t iterations)
{
	uint64_t x = iterations;

	/* Each step needs the one before it (a linear congruential generator, Knuth's constants);
	 * the empty asm keeps the compiler from working it out. */
	for (uint64_t i = 0; i < iterations; i++) {
		x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		__asm__ volatile("" : "+r"(x));
	}
	return x;
}

double bench_calibrate(void)
{
	const uint64_t iterations = 1000000;
	int64_t best = INT64_MAX;

	for (int i = 0; i < 20; i++) {
		int64_t begin = clock_now(), took;

		compute(iterations);
		took = clock_now() - begin;
		if (took < best)
			best = took;
	}
	return (double)iterations / (double)(best > 0 ? best : 1);
}

/* What a program does that builds something for each request. */
static void allocate(size_t size)
{
	volatile char *memory = malloc(size);

	/* Where the cell is out of memory the kernel counts it; the task goes on. */
	for (size_t i = 0; memory && i < size; i += BENCH_LINE)
		memory[i] = 1;
	free((void *)memory);
}

bool bench_task_work(const struct bench_env *env, bool counted, int64_t start, int64_t service_ns)
{
	switch (env->kind) {
	case BENCH_TASK_CPU:
		compute((uint64_t)((double)service_ns * env->iterations_per_ns));
		return true;
	case BENCH_TASK_ALLOC:
		allocate(env->alloc_bytes);
		pool_wait_until(start + service_ns);
		return true;
	case BENCH_TASK_WAIT:
		pool_wait_until(start + service_ns);
		return true;
	case BENCH_TASK_CONNECTION:
	case BENCH_TASK_OBJECT:
		return bench_resource_use(env->resource, counted, start, service_ns);
	}
	return false;
}

/* In a pool that holds ten thousand tasks the task's line has left the cache by the time the wait
 * is over. So nothing is read of it then, what is needed lies on the stack, which is wanted anyway;
 * and for giving it back it is fetched while the clock is read. */
static struct pool_task *run_one(struct bench_task *task)
{
	struct bench_env *env = bench_task_env(task);
	bool counted = task->counted, fails = task->fails;
	int64_t intended = task->intended_ns;
	struct pool_task *next = NULL;
	int64_t start = clock_now();

	if (!bench_task_work(env, counted, start, (int64_t)task->service_ns)) {
		fails = true;
		task->fails = true;
	}
	__builtin_prefetch(task, 1);
	if (counted) {
		/* Both at completion, so that they are of the same tasks. */
		bench_recorder_latency(env->recorder, BENCH_SOJOURN, clock_now() - intended);
		bench_recorder_latency(env->recorder, BENCH_START_LATENCY, start - intended);
		if (fails)
			atomic_fetch_add_explicit(&env->failed, 1, memory_order_relaxed);
	}
	if (env->policy)
		next = bench_policy_ended(env->policy, task);
	bench_slab_end(env->slab, task);
	return next;
}

/* Do it in this thread, and then those that the policy wants done next. */
static void run(struct pool_task *pool)
{
	while (pool)
		pool = run_one((struct bench_task *)pool);
}

static void abandoned(struct pool_task *pool)
{
	struct bench_task *task = (struct bench_task *)pool;
	struct bench_env *env = bench_task_env(task);

	if (task->counted)
		atomic_fetch_add_explicit(&env->abandoned, 1, memory_order_relaxed);
	bench_slab_end(env->slab, task);
}

void bench_task_dropped(struct pool_task *pool)
{
	struct bench_task *task = (struct bench_task *)pool;
	struct bench_env *env = bench_task_env(task);

	if (atomic_load_explicit(&env->closing, memory_order_relaxed)) {
		abandoned(pool);
		return;
	}
	env->dropped += task->counted;
	env->recorder->rejected += task->counted;
	bench_slab_end(env->slab, task);
}

void bench_task_prepare(struct bench_task *task, int64_t intended_ns, int64_t service_ns,
			bool counted)
{
	*task = (struct bench_task){.pool = {.run = run, .abandoned = abandoned},
				    .intended_ns = intended_ns,
				    .service_ns = (uint64_t)service_ns,
				    .counted = counted};
}
