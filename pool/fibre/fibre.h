/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fibres: many flows of execution on few threads. A fibre runs until it waits, and goes on in the
 * same thread: so it needs no lock against the other fibres of its core, and what the compiler
 * knows of thread-local storage stays true. One that computes for long delays the others of its
 * core; fibre_yield() now and then helps.
 *
 * What a blocking call stops is the core. Calls that block go through a helper (pool_block()).
 *
 * The fibres of a runtime (runtime.h) are made by it, and run the items that it is given.
 */
#ifndef POOLRIG_POOL_FIBRE_FIBRE_H
#define POOLRIG_POOL_FIBRE_FIBRE_H

#include <stdbool.h>
#include <stdint.h>

struct fibre;
struct runtime;

/* The fibre that runs on this thread; NULL: none does. And its runtime. */
struct fibre *fibre_self(void);
struct runtime *fibre_runtime(const struct fibre *fibre);

/* What the runtime's owner keeps with each fibre (struct fibre_work). */
void *fibre_local(const struct fibre *fibre);

/* On a fibre: wait until the instant (CLOCK_MONOTONIC, ns; INT64_MAX: for ever), while others run.
 * One that has passed is not waited for. Never early. */
void fibre_wait_until(int64_t deadline_ns);

/* On a fibre: let those run that are ready, then go on. */
void fibre_yield(void);

/*
 * On a fibre: wait for one fibre_wake(), until the deadline at most (INT64_MAX: for ever). A wake
 * that came before ends it at once; so none is lost. Returns true: woken; false: the time is over,
 * and the wake may still come, and be waited for.
 *
 * fibre_wake() is for any thread, once a wait. What the waker did before is seen after
 * fibre_park().
 */
bool fibre_park(int64_t deadline_ns);
void fibre_wake(struct fibre *fibre);

/* On a fibre: give up what it runs, as a longjmp() to its beginning would. The owner is told
 * (struct fibre_work, unwound). What is on the stack is gone. */
_Noreturn void fibre_unwind(void);

/* On a fibre: let its core run an item after what it has in hand. Another core that has nothing to
 * do may take it. Returns false: no memory, it was not taken. */
bool fibre_push(void *item);

#endif
