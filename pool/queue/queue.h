/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Queues between threads, one face, chosen by name. An item is a pointer of the caller's. For those
 * that need every nanosecond each structure has its own header with inline operations (ring_spsc.h,
 * ring_mpmc.h, deque.h, …); this face adds waiting, deadlines and closing to it.
 *
 *     struct pool_queue_options options = POOL_QUEUE_OPTIONS_INIT;
 *     options.capacity = 1024;
 *     int error = 0;
 *     struct pool_queue *queue = pool_queue_open("mpmc", &options, &error);
 *     pool_queue_put(queue, item, POOL_QUEUE_FOR_EVER);
 *     while (pool_queue_get(queue, &item, POOL_QUEUE_FOR_EVER) == POOL_QUEUE_OK) …
 *     pool_queue_close(queue);
 *     pool_queue_destroy(queue);
 */
#ifndef POOLRIG_POOL_QUEUE_QUEUE_H
#define POOLRIG_POOL_QUEUE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool/language.h"

POOL_C_BEGIN

struct pool_queue;

enum pool_queue_status {
	POOL_QUEUE_OK = 0,
	POOL_QUEUE_FULL,      /* try_put: no room now (rendezvous: no getter waits) */
	POOL_QUEUE_EMPTY,     /* try_get: nothing to get now */
	POOL_QUEUE_CLOSED,    /* a put: refused; a get: closed, and nothing is left */
	POOL_QUEUE_TIMEOUT,   /* the deadline has passed */
	POOL_QUEUE_NO_MEMORY, /* a put to an unbounded queue: it could not grow */
	POOL_QUEUE_REFUSED, /* a put to spsc of (void *)UINTPTR_MAX, which marks its free places */
};

/* How pool_queue_put() and pool_queue_get() wait. */
enum pool_queue_wait {
	POOL_QUEUE_EVENTCOUNT =
	    0, /* sleep at once, without a lock (eventcount.h): spends no CPU time */
	POOL_QUEUE_SPIN_FUTEX, /* look again a bounded number of times, then sleep */
	POOL_QUEUE_SPIN,       /* never sleep: for a thread that has its CPU to itself */
};

struct pool_queue_options {
	size_t capacity; /* bounded kinds: how many items (spsc, mpmc: the next power of two);
			    list, deque, priority, mutex: a first guess at most, may be 0 */
	enum pool_queue_wait wait;
};

#define POOL_QUEUE_OPTIONS_INIT                                                                    \
	{                                                                                          \
		0, POOL_QUEUE_EVENTCOUNT                                                           \
	}

/* The contract of a kind. Breaking it (two threads that put to an spsc at a time) breaks the
 * queue. */
struct pool_queue_traits {
	const char *name;
	const char *about;   /* one line for people */
	bool many_producers; /* several threads may put at a time; else one */
	bool many_consumers; /* several threads may get at a time; else one */
	bool bounded;        /* it can be full */
	bool fifo;           /* items come out in the order in which they went in */
	bool same_thread;    /* deque: only one thread, the owner, puts; it gets what it put
				last, all others what is oldest */
};

/*
 * The kinds, NULL-terminated:
 *   "mutex"       unbounded FIFO under one lock
 *   "rendezvous"  no room at all: a put ends when a getter has the item
 *   "spsc"        ring for one producer and one consumer (ring_spsc.h)
 *   "mpmc"        ring for any number (ring_mpmc.h)
 *   "channel"     bounded FIFO with the semantics of Go's channels; capacity 0: as rendezvous
 *   "list"        unbounded FIFO of segments (seglist.h)
 *   "priority"    two levels, high first, without starvation (priority.h)
 *   "deque"       work-stealing (deque.h)
 */
const struct pool_queue_traits *const *pool_queue_kinds(void);

/* The traits of an open queue. */
const struct pool_queue_traits *pool_queue_traits(const struct pool_queue *queue);

/* Returns NULL on failure, and *error is an errno: EINVAL (unknown kind; a capacity of 0 for spsc
 * or mpmc, or beyond SIZE_MAX / 64; an unknown way to wait; NULL), ENOMEM. */
struct pool_queue *pool_queue_open(const char *name, const struct pool_queue_options *options,
				   int *error);

/*
 * A queue of your own, behind the same face: it only stores items. None of its functions waits;
 * waiting, deadlines, waking and closing are done for it. They are called by as many threads at a
 * time as the traits say, `own` is `size` bytes of memory, zeroed, at the beginning of a cache
 * line. docs/examples/queue.c is a whole one. The struct is borrowed for as long as the queue
 * lives.
 */
struct pool_queue_own {
	struct pool_queue_traits traits; /* name: for people */
	size_t size;

	/* Make it; returns 0 or an errno, and then nothing is left. NULL: zeroed is enough. */
	int (*init)(void *own, size_t capacity);
	void (*destroy)(void *own); /* or NULL */

	/* POOL_QUEUE_OK, POOL_QUEUE_FULL (where it is bounded) or POOL_QUEUE_NO_MEMORY. */
	enum pool_queue_status (*try_put)(void *own, void *item);
	/* The same, before all that are not high; NULL: as try_put(). */
	enum pool_queue_status (*try_put_high)(void *own, void *item);
	/* POOL_QUEUE_OK or POOL_QUEUE_EMPTY. What a thread did before it put an item, the one that
	 * gets it must see. An item that was put is found by each try_get() that begins later. */
	enum pool_queue_status (*try_get)(void *own, void **item);

	size_t (*count)(const void *own);    /* as of some recent instant */
	size_t (*capacity)(const void *own); /* NULL: no bound */
};

/* Errors as above; EINVAL also: no name, no try_put(), try_get() or count(), same_thread. */
struct pool_queue *pool_queue_open_own(const struct pool_queue_own *own,
				       const struct pool_queue_options *options, int *error);

#define POOL_QUEUE_FOR_EVER INT64_MAX

/* Threads: as many as the traits allow. Deadlines are instants of CLOCK_MONOTONIC in ns; with one
 * that has passed the operation is tried once. What a thread did before it put an item, the one
 * that gets it sees. The item of a put that does not return POOL_QUEUE_OK stays the caller's. */
enum pool_queue_status pool_queue_try_put(struct pool_queue *queue, void *item);
enum pool_queue_status pool_queue_put(struct pool_queue *queue, void *item, int64_t deadline_ns);
enum pool_queue_status pool_queue_try_get(struct pool_queue *queue, void **item);
enum pool_queue_status pool_queue_get(struct pool_queue *queue, void **item, int64_t deadline_ns);

/* Put the first of `count` items, or get up to `count`, as many as go now, at least at the cost of
 * one operation each, for spsc, mpmc and list at that of about one for all. They never wait.
 * Returns how many; *status, which may be NULL, is POOL_QUEUE_OK where all went, else what stopped
 * it.
 */
size_t pool_queue_put_many(struct pool_queue *queue, void *const *items, size_t count,
			   enum pool_queue_status *status);
size_t pool_queue_get_many(struct pool_queue *queue, void **items, size_t count,
			   enum pool_queue_status *status);

/* Put into the high level of a "priority" queue; into other kinds as pool_queue_put(). */
enum pool_queue_status pool_queue_put_high(struct pool_queue *queue, void *item,
					   int64_t deadline_ns);

/*
 * Take no more: puts are refused, also those that wait; gets drain what is left, then return
 * POOL_QUEUE_CLOSED. Wakes all that wait. Any thread, any number of times. Every item whose put
 * returned POOL_QUEUE_OK is got before any get returns POOL_QUEUE_CLOSED; for "spsc" and "deque"
 * only where no put runs beside the close (as when the producer closes): the item of such a put may
 * come after a POOL_QUEUE_CLOSED, to a getter that asks again.
 */
void pool_queue_close(struct pool_queue *queue);

/* How many items it holds; as of some recent instant where other threads use it. The capacity as it
 * is (SIZE_MAX: unbounded). */
size_t pool_queue_count(const struct pool_queue *queue);
size_t pool_queue_capacity(const struct pool_queue *queue);

/* No thread uses it any more. Items in it are forgotten. NULL does nothing. */
void pool_queue_destroy(struct pool_queue *queue);

/* A status in words. */
const char *pool_queue_status_text(enum pool_queue_status status);

POOL_C_END

#endif
