/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a thread waits, apart from what it waits for: how often it looks again, when it sleeps, when
 * it gives up. */
#ifndef POOLRIG_POOL_QUEUE_WAITING_H
#define POOLRIG_POOL_QUEUE_WAITING_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "pool/queue/queue.h"
#include "pool/queue/relax.h"

/* Looks before a thread that spins and then sleeps goes to sleep: at some 40 cycles each about as
 * long as falling asleep and being woken take, so that the wait costs at most twice what was best
 * (A. Karlin et al., "Empirical Studies of Competitive Spinning", SOSP 1991). */
#define POOL_WAITING_SPINS 256

/* Looks between two looks at the clock, and before a thread that never sleeps offers its CPU to
 * another: the one it waits for may need that CPU. */
#define POOL_WAITING_CLOCK 64
#define POOL_WAITING_YIELD 1024

enum pool_waiting_next {
	POOL_WAITING_LOOK,  /* look again */
	POOL_WAITING_SLEEP, /* look again, and sleep where that finds nothing */
	POOL_WAITING_OVER,  /* the deadline has passed: look a last time */
};

struct pool_waiting {
	enum pool_queue_wait way;
	int64_t deadline_ns;
	unsigned turn;
};

static inline bool pool_waiting_is_over(int64_t deadline_ns)
{
	return deadline_ns != POOL_QUEUE_FOR_EVER && clock_now() >= deadline_ns;
}

/* What to do after a look that found nothing. */
static inline enum pool_waiting_next pool_waiting_next(struct pool_waiting *waiting)
{
	unsigned turn = waiting->turn++;

	if (waiting->way == POOL_QUEUE_EVENTCOUNT)
		return POOL_WAITING_SLEEP;
	if (turn % POOL_WAITING_CLOCK == 0 && pool_waiting_is_over(waiting->deadline_ns))
		return POOL_WAITING_OVER;
	if (waiting->way == POOL_QUEUE_SPIN_FUTEX && turn >= POOL_WAITING_SPINS)
		return POOL_WAITING_SLEEP;
	if (turn % POOL_WAITING_YIELD == POOL_WAITING_YIELD - 1)
		sched_yield();
	pool_cpu_relax();
	return POOL_WAITING_LOOK;
}

#endif
