/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fibres: many flows of execution on few threads. A fibre runs until it waits, and goes on in the
 * same thread: so it needs no lock against the other fibres of its core, and addresses of
 * thread-local storage that the compiler keeps stay right. A fibre that computes for long delays
 * the others of its core; pool_fibre_yield() now and then helps.
 *
 * A blocking call stops the core. Calls that block go through a helper thread (pool_block()).
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

/* On a fibre: wait until the instant (CLOCK_MONOTONIC, ns; INT64_MAX: no limit), while others run.
 * Never early; at once where the instant has passed. */
void pool_fibre_wait_until(int64_t deadline_ns);

/* On a fibre: let those run that are ready, then go on. */
void pool_fibre_yield(void);

/*
 * A parker: a fibre, or a thread that runs none, parks in it until another one unparks it. Each
 * wait has a parker of its own, so unparking ends exactly that wait, whatever else the fibre waits
 * for in between. It is never lost: where it comes first, the next park returns at once. While a
 * fibre is parked others run; a thread sleeps on a futex.
 */
struct pool_fibre_parker {
	struct pool_fibre *fibre; /* NULL: a thread's */
	_Atomic uint32_t state;   /* enum pool_parking, parking.h */
};

/* By the fibre or thread that will park. */
void pool_fibre_parker_init(struct pool_fibre_parker *parker);

/* Park until the deadline at most (CLOCK_MONOTONIC, ns; INT64_MAX: no limit). Returns true where it
 * was unparked, and can be used again; false where the time is over: the unparking may still come,
 * and be waited for. What the unparking thread did before is visible then. */
bool pool_fibre_parker_park(struct pool_fibre_parker *parker, int64_t deadline_ns);

/* Any thread, once a wait. The parker may be gone as soon as it has been unparked; the fibre's
 * runtime must last until this has returned. */
void pool_fibre_parker_unpark(struct pool_fibre_parker *parker);

/* On a fibre: give up what it runs, as a longjmp() to its beginning would. The owner is notified
 * (struct pool_fibre_work, unwound). What is on the stack is lost. */
_Noreturn void pool_fibre_unwind(void);

/* On a fibre: let its core run an item after those that it has. Another core that is idle may take
 * it. Returns false: no memory, it was not taken. */
bool pool_fibre_push(void *item);

#endif
