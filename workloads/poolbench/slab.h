/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory for tasks, which the pool's caller owns: enough for a pool that keeps up, taken before the
 * window and used again and again; more, in large pieces, for one that is backed up.
 *
 * Threads: one takes (the generator's), any number give back.
 */
#ifndef POOLRIG_POOLBENCH_SLAB_H
#define POOLRIG_POOLBENCH_SLAB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pool/pool.h"

struct bench_env;

struct bench_task {
	struct pool_task pool; /* first: the pool hands this back */
	struct bench_task *next_free;
	struct bench_env *env;
	int64_t intended_ns; /* on CLOCK_MONOTONIC */
	int64_t service_ns;
	bool counted;    /* intended within the window */
	bool fails;      /* in the end it has failed */
	uint32_t permit; /* the breaker's */
};

struct bench_slab_piece {
	struct bench_slab_piece *next;
	size_t size;
};

struct bench_slab {
	/* The taker's: */
	struct bench_task *free;
	struct bench_task *fresh, *fresh_end; /* never used yet */
	struct bench_slab_piece *pieces;      /* owned */
	uint64_t growths;                     /* pieces after the first */
	/* Everybody's, in a cache line of its own. Only the taker takes, and always the whole list,
	 * so that no task can come back to a head that somebody has just read (no ABA). */
	_Alignas(64) _Atomic(struct bench_task *) returned;
};

/* `tasks` at first, their memory present. */
int bench_slab_init(struct bench_slab *s, uint64_t tasks, struct error *err);
void bench_slab_destroy(struct bench_slab *s); /* takes a zeroed struct, too */

/* A task of undefined contents, or NULL: no memory. Taker only. */
struct bench_task *bench_slab_take(struct bench_slab *s);

/* Give back: any thread. */
static inline void bench_slab_return(struct bench_slab *s, struct bench_task *task)
{
	struct bench_task *head = atomic_load_explicit(&s->returned, memory_order_relaxed);

	do {
		task->next_free = head;
	} while (!atomic_compare_exchange_weak_explicit(
	    &s->returned, &head, task, memory_order_release, memory_order_relaxed));
}

#endif
