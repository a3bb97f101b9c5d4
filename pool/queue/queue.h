/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Queues between threads, one face, chosen by name. An item is a pointer of the caller's. For those
 * who need every nanosecond each structure has its own header with inline operations (ring_spsc.h,
 * ring_mpmc.h, deque.h, …); this face adds waiting, deadlines and closing to it.
 *
 *     struct queue_options options = QUEUE_OPTIONS_INIT;
 *     options.capacity = 1024;
 *     int error = 0;
 *     struct queue *queue = queue_open("mpmc", &options, &error);
 *     queue_put(queue, item, QUEUE_FOR_EVER);
 *     while (queue_get(queue, &item, QUEUE_FOR_EVER) == QUEUE_OK) …
 *     queue_close(queue);
 *     queue_destroy(queue);
 */
#ifndef POOLRIG_POOL_QUEUE_QUEUE_H
#define POOLRIG_POOL_QUEUE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue;

enum queue_status {
	QUEUE_OK = 0,
	QUEUE_FULL,      /* try_put: no room now (rendezvous: no getter waits) */
	QUEUE_EMPTY,     /* try_get: nothing to get now */
	QUEUE_CLOSED,    /* a put: refused; a get: closed, and nothing is left */
	QUEUE_TIMEOUT,   /* the deadline has passed */
	QUEUE_NO_MEMORY, /* a put to an unbounded queue: it could not grow */
	QUEUE_REFUSED,   /* a put to spsc of (void *)UINTPTR_MAX, which marks its free places */
};

/* How queue_put() and queue_get() wait. */
enum queue_wait {
	QUEUE_EVENTCOUNT = 0, /* sleep at once, without a lock (eventcount.h): spends no CPU time */
	QUEUE_SPIN_FUTEX,     /* look again a bounded number of times, then sleep */
	QUEUE_SPIN,           /* never sleep: for a thread that has its CPU to itself */
};

struct queue_options {
	size_t capacity; /* bounded kinds: how many items (spsc, mpmc: the next power of two);
			    list, deque, priority, mutex: a first guess at most, may be 0 */
	enum queue_wait wait;
};

#define QUEUE_OPTIONS_INIT                                                                         \
	{                                                                                          \
		0, QUEUE_EVENTCOUNT                                                                \
	}

/* The contract of a kind. Who breaks it (two threads that put to an spsc at a time) breaks the
 * queue. */
struct queue_traits {
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
const struct queue_traits *const *queue_kinds(void);

/* The traits of an open queue. */
const struct queue_traits *queue_traits(const struct queue *queue);

/* Returns NULL on failure, and *error is an errno: EINVAL (unknown kind; a capacity of 0 for spsc
 * or mpmc, or beyond SIZE_MAX / 64; an unknown way to wait; NULL), ENOMEM. */
struct queue *queue_open(const char *name, const struct queue_options *options, int *error);

#define QUEUE_FOR_EVER INT64_MAX

/* Threads: as many as the traits allow. Deadlines are instants of CLOCK_MONOTONIC in ns; with one
 * that has passed the operation is tried once. What a thread did before it put an item, the one
 * that gets it sees. The item of a put that does not return QUEUE_OK stays the caller's. */
enum queue_status queue_try_put(struct queue *queue, void *item);
enum queue_status queue_put(struct queue *queue, void *item, int64_t deadline_ns);
enum queue_status queue_try_get(struct queue *queue, void **item);
enum queue_status queue_get(struct queue *queue, void **item, int64_t deadline_ns);

/* Put the first of `count` items, or get up to `count`, as many as go now, at least at the cost of
 * one operation each, for spsc, mpmc and list at that of about one for all. They never wait.
 * Returns how many; *status, which may be NULL, is QUEUE_OK where all went, else what stopped it.
 */
size_t queue_put_many(struct queue *queue, void *const *items, size_t count,
		      enum queue_status *status);
size_t queue_get_many(struct queue *queue, void **items, size_t count, enum queue_status *status);

/* Put into the high level of a "priority" queue; into other kinds as queue_put(). */
enum queue_status queue_put_high(struct queue *queue, void *item, int64_t deadline_ns);

/*
 * Take no more: puts are refused, also those that wait; gets drain what is left, then return
 * QUEUE_CLOSED. Wakes all that wait. Any thread, any number of times. Every item whose put returned
 * QUEUE_OK is got before any get returns QUEUE_CLOSED; for "spsc" and "deque" only where no put
 * runs beside the close (as when the producer closes): the item of such a put may come after a
 * QUEUE_CLOSED, to who asks again.
 */
void queue_close(struct queue *queue);

/* How many items it holds; of some instant of late where others are at work. The capacity as it is
 * (SIZE_MAX: unbounded). */
size_t queue_count(const struct queue *queue);
size_t queue_capacity(const struct queue *queue);

/* Nobody uses it any more. Items in it are forgotten. NULL does nothing. */
void queue_destroy(struct queue *queue);

/* A status in words. */
const char *queue_status_text(enum queue_status status);

#endif
