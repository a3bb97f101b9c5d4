/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two levels, each an unbounded FIFO (seglist.h): high first, without starvation.
 *
 * The rule: of POOL_PRIORITY_RUN + 1 gets in a row, by any threads, exactly one looks at the low
 * level first, the others at the high level; each takes from the other level where the first is
 * empty. So a low item that has n low ones before it is got by the (n + 1)(POOL_PRIORITY_RUN +
 * 1)-th get at the latest, however many high ones there are; and a high item waits for a low one at
 * most once in POOL_PRIORITY_RUN of its own.
 *
 * All functions but init and destroy: any thread.
 */
#ifndef POOLRIG_POOL_QUEUE_PRIORITY_H
#define POOLRIG_POOL_QUEUE_PRIORITY_H

#include "pool/language.h"
#include "pool/queue/seglist.h"

POOL_C_BEGIN

#define POOL_PRIORITY_RUN                                                                          \
	7 /* high ones between two low ones; one less than a power of two, as it wraps */

enum pool_priority_level { POOL_PRIORITY_LOW, POOL_PRIORITY_HIGH, POOL_PRIORITY_LEVELS };

struct pool_priority {
	struct pool_seglist levels[POOL_PRIORITY_LEVELS];
	/* gets so far; consumers write it all the time */
	alignas(POOL_QUEUE_LINE) POOL_ATOMIC(size_t) turn;
};

/* Returns 0 or ENOMEM. */
int pool_priority_init(struct pool_priority *priority);

/* No thread uses it any more; items in it are forgotten. */
void pool_priority_destroy(struct pool_priority *priority);

/* POOL_QUEUE_OK, POOL_QUEUE_CLOSED or POOL_QUEUE_NO_MEMORY. */
enum pool_queue_status pool_priority_put(struct pool_priority *priority, pool_queue_item item,
					 enum pool_priority_level level);

/* POOL_QUEUE_OK, POOL_QUEUE_EMPTY, or POOL_QUEUE_CLOSED: and empty. */
enum pool_queue_status pool_priority_get(struct pool_priority *priority, pool_queue_item *item);

/* Every put from now on is refused; every item that was put before is got before a get returns
 * POOL_QUEUE_CLOSED. */
void pool_priority_close(struct pool_priority *priority);

size_t pool_priority_count(const struct pool_priority *priority, enum pool_priority_level level);

POOL_C_END

#endif
