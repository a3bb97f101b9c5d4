/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The roost: workers that have found no work, last come, first called, because the caches still
 * know the last. It is a lock-free stack of places in a table: the top, how many workers were
 * called and have not arrived yet, and a tag against ABA share one word, so that each step is one
 * compare-and-swap. A worker leaves the stack only by being called.
 *
 * roost_call() calls nobody while `limit` workers are on their way already: a worker that arrives
 * looks for work before it does anything else, so it sees what it was not called for, too. Without
 * this, a burst would wake many workers, for one to do the work of all of them.
 */
#ifndef POOLRIG_POOL_ROOST_H
#define POOLRIG_POOL_ROOST_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/crew.h"
#include "pool/internal.h"
#include "pool/seat.h"

#define ROOST_BITS 20
#define ROOST_MAX  ((UINT32_C(1) << ROOST_BITS) - 1) /* workers, at most */

struct worker {
	alignas(POOL_LINE) struct crew_member member; /* must be first */
	struct workers *workers;
	struct pool_task *first; /* to begin with; or NULL */
	bool going;              /* on its way out, because it is too many */
	struct seat seat;
	_Atomic uint32_t below; /* 1 + place in the table of the next in the stack; 0: none */
};

struct roost {
	/* tag | on their way (ROOST_BITS) | 1 + place of the top, 0: none (ROOST_BITS) */
	alignas(POOL_LINE) _Atomic uint64_t word;
	struct worker *table; /* the caller's; a place may be used again by another worker */
};

/* Sit down; the wait comes with roost_sleep(). Between the two the worker looks for work again:
 * whoever brought some before has not seen it sit, whoever brings some from now on will. */
void roost_sit(struct roost *roost, struct worker *worker);

/* Wait until called, at most timeout_ns (0: for ever). Returns true: called, and arrived; false:
 * the time is over, and the worker still sits. */
bool roost_sleep(struct roost *roost, struct worker *worker, int64_t timeout_ns);

/* Call the top one, unless `limit` are on their way. Returns whether one was called. */
bool roost_call(struct roost *roost, uint32_t limit);

#endif
