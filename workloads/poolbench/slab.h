/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory for tasks, which the pool's caller owns: enough for a pool that keeps up, taken before the
 * window and used again and again; more, in large pieces, for one that is backed up.
 *
 * A task is one cache line, for it goes from the generator's core to the pool's and back. What all
 * tasks share is found through the chunk that a task lies in, whose first line leads to it.
 *
 * Threads: one takes (the generator's), any number give back. Each CPU has a list of its own for
 * what is given back, so that work cores do not wait for each other.
 */
#ifndef POOLRIG_POOLBENCH_SLAB_H
#define POOLRIG_POOLBENCH_SLAB_H

#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pool/pool.h"

#define BENCH_LINE           64
#define BENCH_CHUNK          65536 /* bytes; chunks are aligned to their size */
#define BENCH_CHUNK_HEAD     4096  /* bytes, before the tasks */
#define BENCH_TASKS_IN_CHUNK ((BENCH_CHUNK - BENCH_CHUNK_HEAD) / BENCH_LINE)
#define BENCH_SHARDS         16 /* a power of two */

struct bench_env;

struct bench_task {
	struct pool_task pool; /* first: the pool hands this back; next: of the free ones, here */
	int64_t intended_ns;   /* on CLOCK_MONOTONIC */
	uint64_t service_ns : 62; /* an hour at most */
	uint64_t counted : 1;     /* intended within the window */
	uint64_t fails : 1;       /* in the end it has failed */
};
_Static_assert(sizeof(struct bench_task) == BENCH_LINE, "a task is one cache line");

/* Before the tasks of a chunk: what leads to what they share, and what few of them need. */
struct bench_chunk {
	struct bench_env *env;
	/* Of the first chunk of a piece: */
	struct bench_chunk *next_piece;
	size_t piece_size;
	uint32_t permits[BENCH_TASKS_IN_CHUNK]; /* the breaker's, by task */
};
_Static_assert(sizeof(struct bench_chunk) <= BENCH_CHUNK_HEAD, "a chunk's head has its room");

struct bench_shard {
	_Alignas(BENCH_LINE) _Atomic(struct bench_task *) returned;
	_Atomic uint64_t ended; /* tasks, by bench_slab_end() */
};

struct bench_slab {
	/* The taker's: */
	struct bench_task *free;
	struct bench_task *fresh, *fresh_end; /* never used yet */
	struct bench_env *env;
	struct bench_chunk *pieces; /* owned */
	uint64_t growths;           /* pieces after the first */
	unsigned shard;             /* looked at last */
	/* Of all threads. Only the taker takes, and always a whole list, so that no task can come
	 * back to a head that a thread has just read (no ABA). */
	struct bench_shard shards[BENCH_SHARDS];
};

/* `tasks` at first, or a few more, their memory present. env: what bench_task_env() gives. */
int bench_slab_init(struct bench_slab *s, uint64_t tasks, struct bench_env *env, struct error *err);
void bench_slab_destroy(struct bench_slab *s); /* takes a zeroed struct, too */

/* A task of undefined contents, or NULL: no memory. Taker only. */
struct bench_task *bench_slab_take(struct bench_slab *s);

static inline struct bench_chunk *bench_task_chunk(const struct bench_task *task)
{
	return (struct bench_chunk *)((uintptr_t)task & ~(uintptr_t)(BENCH_CHUNK - 1));
}

static inline struct bench_env *bench_task_env(const struct bench_task *task)
{
	return bench_task_chunk(task)->env;
}

static inline uint32_t *bench_task_permit(const struct bench_task *task)
{
	size_t at = (uintptr_t)task % BENCH_CHUNK - BENCH_CHUNK_HEAD;

	return &bench_task_chunk(task)->permits[at / BENCH_LINE];
}

static inline struct bench_shard *bench_slab_shard(struct bench_slab *s)
{
	return &s->shards[(unsigned)sched_getcpu() % BENCH_SHARDS];
}

static inline void bench_shard_put(struct bench_shard *shard, struct bench_task *task)
{
	struct bench_task *head = atomic_load_explicit(&shard->returned, memory_order_relaxed);

	do {
		task->pool.next = (struct pool_task *)head;
	} while (!atomic_compare_exchange_weak_explicit(
	    &shard->returned, &head, task, memory_order_release, memory_order_relaxed));
}

/* Give back: any thread. */
static inline void bench_slab_return(struct bench_slab *s, struct bench_task *task)
{
	bench_shard_put(bench_slab_shard(s), task);
}

/* The same, and count it as ended: a thread that sees that sees all that the task did. */
static inline void bench_slab_end(struct bench_slab *s, struct bench_task *task)
{
	struct bench_shard *shard = bench_slab_shard(s);

	bench_shard_put(shard, task);
	atomic_fetch_add_explicit(&shard->ended, 1, memory_order_release);
}

/* How many have ended so far. Any thread. */
uint64_t bench_slab_ended(const struct bench_slab *s);

#endif
