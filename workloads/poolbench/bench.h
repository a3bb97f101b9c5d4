/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One bench: a pool, a generator that loads it, and what is recorded of both. */
#ifndef POOLRIG_POOLBENCH_BENCH_H
#define POOLRIG_POOLBENCH_BENCH_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>

#include "workloads/poolbench/closed.h"
#include "workloads/poolbench/generator.h"
#include "workloads/poolbench/totals.h"

struct bench {
	struct bench_setup setup; /* its schedule is owned */
	bool begun;               /* to be opened */
	struct pool *pool;
	struct bench_slab slab;
	struct bench_recorder recorder;
	struct bench_env env;
	struct bench_generator generator;
	struct bench_policy policy;
	struct bench_resource resource; /* of connection and object tasks */
	struct bench_closed closed;     /* where there are submitters */
	pthread_t thread;               /* the generator's */
	bool thread_made;
	pthread_attr_t spawn;
	bool spawn_made;
	sem_t go;     /* the generator waits for it: the start is known, or there will be none */
	int ended_fd; /* eventfd: the generator has ended */
	struct bench_totals totals;
};

/*
 * Everything that takes time or memory: pins the calling thread to the work cores, opens and
 * pre-warms the pool, makes the generator's thread. *b is zeroed but for its setup. Errors name the
 * parameter or the core.
 */
int bench_open(struct bench *b, struct error *err);

/* Begin at an instant of CLOCK_MONOTONIC. */
void bench_start(struct bench *b, int64_t start_ns);

/* Wait for the end of the window, and for what is under way, at most the drain limit. Where there
 * is a link, it is told the progress about once a second; where it becomes readable or hangs up
 * meanwhile, this ends at once and returns 1 (then there are no totals). 0 when all is done; -1 on
 * an error. */
int bench_finish(struct bench *b, struct bench_link *link, struct error *err);

/* Also where bench_open() has failed, or was not called. */
void bench_close(struct bench *b);

#endif
