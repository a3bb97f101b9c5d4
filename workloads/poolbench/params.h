/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parameters of a variant: which pool, how large, what a task does. */
#ifndef POOLRIG_POOLBENCH_PARAMS_H
#define POOLRIG_POOLBENCH_PARAMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/field.h"
#include "pool/pool.h"
#include "workloads/link/workload.h"
#include "workloads/poolbench/malloc_count.h"
#include "workloads/poolbench/resource.h"
#include "workloads/poolbench/schedule.h"

enum bench_task_kind {
	BENCH_TASK_WAIT,       /* waits for the service time, as one that waits for I/O: its thread
				  sleeps, its fibre lets others run */
	BENCH_TASK_CPU,        /* computes as much as an idle core does in the service time */
	BENCH_TASK_ALLOC,      /* allocates, touches and frees, then waits for the service time */
	BENCH_TASK_CONNECTION, /* holds a connection of a pool for the service time: resource.h */
	BENCH_TASK_OBJECT,     /* holds an object of a pool for the service time */
};

/* What the generator does with a task that the pool refuses: in the order of pool_overload_names().
 */
enum bench_overload {
	BENCH_OVERLOAD_REJECT,      /* count it */
	BENCH_OVERLOAD_SPAWN,       /* run it in a new thread of its own */
	BENCH_OVERLOAD_CALLER_RUNS, /* run it in the generator: later arrivals are late then */
	BENCH_OVERLOAD_DROP_OLDEST, /* let it wait before the pool, and drop the task that has
				       waited longest */
	BENCH_OVERLOAD_FALL_BACK,   /* answer it without the pool, and count it */
};

/* The policies before the pool. */
struct bench_policy_params {
	int autoscale; /* 0: off; else 1 + the number in pool_autoscale_names() */
	uint64_t scale_min, scale_max;
	int64_t scale_cool_down_ns;
	int64_t scale_past_ns; /* length of a past that is assumed for it */
	bool breaker;
	int64_t breaker_cool_down_ns;
	double fail_rate;                /* share of the tasks that fail */
	int64_t fail_at_ns, fail_for_ns; /* the storm, from the start; for_ns 0: no end */
	int64_t degrade_at_ns,
	    degrade_for_ns; /* the switch is on, from the start; for_ns 0: no end */
	uint64_t waiting;   /* overload: drop_oldest: tasks that may wait */
};

#define BENCH_PREWARM_ALL UINT64_MAX

struct bench_params {
	const char *pool; /* of pool_kinds(); NULL: not given */
	uint64_t size;    /* workers; 0: no limit */
	uint64_t
	    prewarm; /* workers started before `ready`; BENCH_PREWARM_ALL: as many as size says */
	bool nonblocking;
	uint64_t max_waiters;    /* 0: no bound */
	int64_t idle_expiry_ns;  /* 0: never */
	const char *queue;       /* of pool_queue_kinds(); NULL: the pool's own */
	uint64_t queue_capacity; /* 0: its default */
	enum pool_wait wait;
	uint64_t stack_bytes; /* of a worker; 0: the pool's default */
	enum bench_task_kind task;
	uint64_t alloc_bytes; /* of an alloc task */
	uint64_t submitters;  /* threads of a closed loop; 0: an open one, by the schedule */
	enum bench_overload overload;
	int64_t drain_ns; /* how long after the window tasks may still complete */
	struct bench_policy_params policy;
	struct bench_resource_params resource;
};

/* All that a bench is told. */
struct bench_setup {
	struct bench_params params;
	struct bench_schedule schedule;
	struct agreed agreed; /* pool on work, generator on load */
	const struct bench_malloc *allocator;
};

extern const struct field bench_params[];

/* The defaults; the pool is not set. */
void bench_params_init(struct bench_params *p);

/* Set all that a JSON object has; then check. */
int bench_params_from_json(struct bench_params *p, const json_t *object, struct error *err);

/* What can only be judged when all are known: a pool is chosen, and its options are ones it has. */
int bench_params_check(const struct bench_params *p, struct error *err);

/* Workers that the pool is to start before `ready`. */
unsigned bench_params_prewarm(const struct bench_params *p);

#endif
