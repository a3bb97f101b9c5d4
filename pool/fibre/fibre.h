/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fibres: many flows of execution on few threads. A fibre runs until it waits, and goes on in the
 * same thread: so it needs no lock against the other fibres of its core, and what the compiler
 * knows of thread-local storage stays true. One that computes for long delays the others of its
 * core; pool_fibre_yield() now and then helps.
 *
 * What a blocking call stops is the core. Calls that block go through a helper (pool_block()).
 *
 * The fibres of a runtime (runtime.h) are made by it, and run the items that it is given.
 */
#ifndef POOLRIG_POOL_FIBRE_FIBRE_H
#define POOLRIG_POOL_FIBRE_FIBRE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct pool_fibre;
struct pool_runtime;

/* The fibre that runs on this thread; NULL: none does. */
struct pool_fibre *pool_fibre_self(void);

/* What the runtime's owner keeps with each fibre (struct pool_fibre_work). */
void *pool_fibre_local(const struct pool_fibre *fibre);

/* On a fibre: wait until the instant (CLOCK_MONOTONIC, ns; INT64_MAX: for ever), while others run.
 * One that has passed is not waited for. Never early. */
void pool_fibre_wait_until(int64_t deadline_ns);

/* On a fibre: let those run that are ready, then go on. */
void pool_fibre_yield(void);

/*
 * A seat: where a fibre, or a thread that runs none, waits until another one calls it. Each wait
 * has a seat of its own, so a call ends exactly the wait that is meant, whatever else the fibre
 * waits for in between. A call that comes before the wait ends it at once; so none is lost. A fibre
 * that waits lets others run; a thread sleeps on a futex.
 */
struct pool_fibre_parker {
	struct pool_fibre *fibre; /* NULL: a thread's */
	_Atomic uint32_t state;   /* enum pool_parking, seating.h */
};

/* The caller's seat, and nobody else's. */
void pool_fibre_parker_init(struct pool_fibre_parker *parker);

/* Wait for one call, until the deadline at most (CLOCK_MONOTONIC, ns; INT64_MAX: for ever). Returns
 * true where it came, and the seat can be used again; false where the time is over: the call may
 * still come, and be waited for. What the caller did before is seen then. */
bool pool_fibre_parker_park(struct pool_fibre_parker *parker, int64_t deadline_ns);

/* Any thread, once a wait. The seat may be gone as soon as it has been called; the fibre's runtime
 * must last until this has returned. */
void pool_fibre_parker_unpark(struct pool_fibre_parker *parker);

/* On a fibre: give up what it runs, as a longjmp() to its beginning would. The owner is told
 * (struct pool_fibre_work, unwound). What is on the stack is gone. */
_Noreturn void pool_fibre_unwind(void);

/* On a fibre: let its core run an item after what it has in hand. Another core that has nothing to
 * do may take it. Returns false: no memory, it was not taken. */
bool pool_fibre_push(void *item);

#endif
