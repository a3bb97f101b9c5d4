/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pool of connections: a bounded number of things that are expensive to open, may fail while no
 * thread uses them, and are used by one thread at a time. What they are is the caller's: a socket,
 * a database session; socket_connection.h has sockets.
 *
 *     struct pool_connection_pool *pool = pool_connection_pool_open(&ops, &options, &error);
 *     struct pool_connection *connection;
 *     status = pool_connection_pool_borrow(pool, deadline_ns, &connection, &error);
 *     if (status == POOL_CONNECTION_OK) {
 *             bool works = talk_over(pool_connection_handle(connection));
 *             pool_connection_pool_give_back(pool, connection, works);
 *     }
 *
 * Idle connections form a list in the order of their last use. The one used last is lent first, so
 * that those that are not needed age at the other end, where the least recently used is closed when
 * more than max_idle are idle (LRU). Borrowers that have to wait are served first come, first
 * served: what is given back goes to the first that waits, never to one that comes later.
 *
 * Threads: every function may be called by any thread at any time, but for
 * pool_connection_pool_close(). No callback is called while the pool is locked, so one that takes
 * long delays its own caller alone.
 */
#ifndef POOLRIG_POOL_RESOURCE_CONNECTION_POOL_H
#define POOLRIG_POOL_RESOURCE_CONNECTION_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool/language.h"

POOL_C_BEGIN

struct pool_connection_pool;
struct pool_connection; /* one that is lent */

struct pool_connection_ops {
	/* Make one: its handle, or NULL and an errno in *error. Called by a borrower where none is
	 * idle and there is room. */
	void *(*open)(void *arg, int *error);
	/* Is it fit to be used again? Called by the borrower before an idle one is lent; NULL:
	 * always.
	 */
	bool (*check)(void *handle, void *arg);
	void (*close)(void *handle, void *arg);
	void *arg;
};

struct pool_connection_options {
	unsigned capacity;    /* most connections at a time, lent and idle; 1 or more */
	unsigned max_idle;    /* of these, kept idle; 0: all */
	unsigned max_waiters; /* borrowers that may wait, the next is refused; 0: no bound */
	int64_t max_age_ns;   /* since it was opened: older ones are not lent again; 0: any */
	int64_t max_idle_ns;  /* since it was given back: the same; 0: any */
	/* The clock of these two; NULL: CLOCK_MONOTONIC. Deadlines are always CLOCK_MONOTONIC. */
	int64_t (*now_ns)(void *arg);
	void *now_arg;
};

/* NULL, and *error is EINVAL (capacity 0, a negative time, no open or close) or ENOMEM. Opens no
 * connection. */
struct pool_connection_pool *
pool_connection_pool_open(const struct pool_connection_ops *ops,
			  const struct pool_connection_options *options, int *error);

enum pool_connection_status {
	POOL_CONNECTION_OK = 0,
	POOL_CONNECTION_TIMEOUT,  /* the deadline passed while all were lent */
	POOL_CONNECTION_OVERLOAD, /* as many borrowers wait already as may */
	POOL_CONNECTION_CLOSED,   /* the pool is closed or closing */
	POOL_CONNECTION_FAILED,   /* ops.open() failed: *error is its errno */
};
const char *pool_connection_status_text(enum pool_connection_status status);

/*
 * Borrow one: idle and fit, or new, or waited for until deadline_ns (CLOCK_MONOTONIC; INT64_MAX:
 * no limit; 0: not at all). Idle ones that are too old, or unfit by ops.check(), are closed on the
 * way. The deadline bounds the waiting for a connection, not what ops.open() and ops.check() take.
 * *connection is set where POOL_CONNECTION_OK is returned; *error (may be NULL) where
 * POOL_CONNECTION_FAILED is.
 */
enum pool_connection_status pool_connection_pool_borrow(struct pool_connection_pool *pool,
							int64_t deadline_ns,
							struct pool_connection **connection,
							int *error);

/* The handle that ops.open() made; valid until it is given back. */
void *pool_connection_handle(const struct pool_connection *connection);

/* Give it back; the borrower must not use it any more. works = false: it is closed. */
void pool_connection_pool_give_back(struct pool_connection_pool *pool,
				    struct pool_connection *connection, bool works);

/* Close those that are idle now. Returns how many. */
size_t pool_connection_pool_purge(struct pool_connection_pool *pool);

/*
 * Lend no more: borrowers that wait get POOL_CONNECTION_CLOSED, idle connections are closed, those
 * that are lent when they come back, for which it waits until deadline_ns as above. Returns how
 * many are still lent: with 0 the pool is freed; else it stays, closed, its lenders may still give
 * back, and it must be closed again. One thread at a time, and no call of another function may
 * begin once it has returned 0.
 */
size_t pool_connection_pool_close(struct pool_connection_pool *pool, int64_t deadline_ns);

/* All since opening but for the last three, which are of now; read at one instant. At rest,
 * borrowed = given_back + lent, and opened = closed + lent + idle. */
struct pool_connection_stats {
	uint64_t borrowed, given_back;
	uint64_t reused;         /* of the borrowed, those that had been lent before */
	uint64_t opened, closed; /* by ops */
	uint64_t open_failed;
	uint64_t unfit;   /* closed because ops.check() said so */
	uint64_t too_old; /* closed because of max_age_ns or max_idle_ns */
	uint64_t surplus; /* closed because of max_idle */
	uint64_t broken;  /* closed because they did not work */
	uint64_t waited;  /* borrowers that had to wait, whatever came of it */
	uint64_t timeouts,
	    refused; /* borrowers that got POOL_CONNECTION_TIMEOUT, POOL_CONNECTION_OVERLOAD */
	uint64_t peak, waiters_peak; /* most connections, and waiting borrowers, at a time */
	uint64_t lent, idle, waiters;
};
void pool_connection_pool_stats(struct pool_connection_pool *pool,
				struct pool_connection_stats *out);

POOL_C_END

#endif
