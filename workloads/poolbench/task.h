/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a task does when its turn comes, and how it is accounted for. */
#ifndef POOLRIG_POOLBENCH_TASK_H
#define POOLRIG_POOLBENCH_TASK_H

#include <stdatomic.h>
#include <stdint.h>

#include "pool/pool.h"
#include "workloads/poolbench/params.h"
#include "workloads/poolbench/recorder.h"
#include "workloads/poolbench/slab.h"

struct bench_policy;
struct bench_resource;

/* What all tasks share. */
struct bench_env {
	struct bench_recorder *recorder;
	struct bench_slab *slab;
	enum bench_task_kind kind;
	size_t alloc_bytes;
	double iterations_per_ns;        /* of a cpu task */
	struct bench_policy *policy;     /* gets each task's end, or NULL */
	struct bench_resource *resource; /* of connection and object tasks */
	/* Not in the cache lines above, which the generator reads. */
	_Alignas(BENCH_LINE) _Atomic uint64_t abandoned; /* given up by the pool, of the window */
	_Atomic uint64_t failed;                         /* of the window */
	/* The generator's, while it runs. */
	uint64_t dropped;     /* waited, and gave way, of the window */
	_Atomic bool closing; /* what gives way now is given up */
};

/* Fill a task; the pool runs and abandons it from then on. */
void bench_task_prepare(struct bench_task *task, int64_t intended_ns, int64_t service_ns,
			bool counted);

/* A task that waited before the pool gives way to others. */
void bench_task_dropped(struct pool_task *task);

/* The work alone, of a task that began at start_ns (now) and takes service_ns. false: it failed. */
bool bench_task_work(const struct bench_env *env, bool counted, int64_t start_ns,
		     int64_t service_ns);

/* Steps of a cpu task's computation in a nanosecond on this thread's core, when nothing disturbs:
 * the best of several attempts, about 30 ms altogether. */
double bench_calibrate(void);

#endif
