/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The runtime of fibres: a scheduler for each core, each run by a thread of its owner's. The owner
 * provides items (struct pool_fibre_work), and calls pool_runtime_notify() when there are some.
 *
 * A scheduler works in rounds: it reads the clock once, lets timers expire, takes what others have
 * woken, takes a few items, and runs what is ready, at most 64 of them before the next round.
 * Fibres switch to each other directly meanwhile; one that has ended its item goes on with the next
 * without a switch.
 *
 * Cores share the owner's queue. What a core has taken from it, or was given by pool_fibre_push(),
 * lies in a deque from which idle cores steal. A fibre that has begun stays with its core.
 *
 * An idle core spins for a while (wait), then sleeps on a futex until its next timer, or until it
 * is notified.
 */
#ifndef POOLRIG_POOL_FIBRE_RUNTIME_H
#define POOLRIG_POOL_FIBRE_RUNTIME_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool/fibre/fibre.h"
#include "pool/queue/item.h"

/* What the owner of a runtime does. All but attach() may be called by any scheduler at a time. */
struct pool_fibre_work {
	size_t local_bytes; /* kept with each fibre, over all its items */

	/* A fibre was made: initialise its local bytes (zeroed). */
	void (*made)(void *owner, void *local);

	/* On a fibre: do an item. */
	void (*run)(void *local, void *item);

	/* On a fibre, where run() ended by pool_fibre_unwind(). */
	void (*unwound)(void *local);

	/* Take up to `most` items, without waiting; called by a scheduler. Returns how many. */
	size_t (*take)(void *owner, void **items, size_t most);

	/* Whether a thread is about to bring an item and will not notify again: then no scheduler
	 * sleeps. NULL: no. */
	bool (*expecting)(void *owner);

	/* Items were taken, and others have ended, since the last call. May be NULL. */
	void (*passed)(void *owner, size_t begun, size_t ended);

	/* By each scheduler's thread, once: where the thread keeps the local bytes' address of the
	 * fibre that runs (NULL: none does); the scheduler writes it at each switch. Or NULL. */
	void *(*attach)(void *owner);
};

/* What an idle core does. */
enum pool_runtime_wait {
	POOL_RUNTIME_SPIN_THEN_SLEEP = 0, /* spin for POOL_RUNTIME_SPIN_NS, then sleep */
	POOL_RUNTIME_SPIN,                /* never sleep: for a core that has no other use */
	POOL_RUNTIME_SLEEP,               /* sleep at once: spends no CPU time */
};

/* As long as a sleep and a wake cost: then spinning costs at most twice of what is best (A. Karlin,
 * K. Li, M. Manasse, S. Owicki, "Empirical Studies of Competitive Spinning", SOSP 1991). */
#define POOL_RUNTIME_SPIN_NS INT64_C(50000)

struct pool_runtime_options {
	unsigned schedulers;    /* 1 or more */
	unsigned fibres;        /* most at a time, over all of them; 0: no limit */
	size_t stack_bytes;     /* of each fibre; 0: POOL_STACK_DEFAULT_BYTES */
	int64_t idle_expiry_ns; /* a fibre that is idle this long, up to twice, releases its memory;
				   0: never */
	enum pool_runtime_wait wait;
	const struct pool_fibre_work *work; /* with owner: what the runtime is for */
	void *owner;
};

struct pool_scheduler;

struct pool_runtime {
	/* Set once. */
	struct pool_runtime_options options;
	struct pool_scheduler **schedulers; /* owned, each */
	_Atomic bool dismissed;

	/* Read at each notification, written when a core falls asleep or wakes. */
	alignas(POOL_QUEUE_LINE) _Atomic uint32_t sleepers;

	/* Schedulers' */
	/* idle, and could begin an item */
	alignas(POOL_QUEUE_LINE) _Atomic uint32_t standing;
	_Atomic uint64_t fibres_made, fibres_ended, fibres_peak;
};

/* Returns 0, or an errno: EINVAL (stack size, no scheduler), ENOMEM. */
int pool_runtime_init(struct pool_runtime *runtime, const struct pool_runtime_options *options);
/* no scheduler runs; takes a zeroed struct, too */
void pool_runtime_destroy(struct pool_runtime *runtime);

/* Make this many fibres, their memory touched; before the schedulers run. Returns 0 or ENOMEM. */
int pool_runtime_prewarm(struct pool_runtime *runtime, unsigned fibres);

/* Be scheduler number `index`, until the runtime is dismissed and nothing is left to run. */
void pool_runtime_run(struct pool_runtime *runtime, unsigned index);

/* An item can be taken: a core that sleeps will. Any thread, after it has brought the item. Where
 * none sleeps this is a fence and a read. */
void pool_runtime_notify(struct pool_runtime *runtime);

/* Schedulers return as soon as nothing is left to run. Any thread. */
void pool_runtime_dismiss(struct pool_runtime *runtime);
void pool_runtime_recall(struct pool_runtime *runtime); /* none runs: they may be run again */

/* Another limit of fibres (0: none): beyond it no item is begun; idle ones are ended. Any thread,
 * one at a time. */
void pool_runtime_limit(struct pool_runtime *runtime, unsigned fibres);

/* Idle fibres release their memory now. Any thread. */
void pool_runtime_purge(struct pool_runtime *runtime);

/* Fibres at work, as of some recent instant. */
uint64_t pool_runtime_busy(const struct pool_runtime *runtime);

#endif
