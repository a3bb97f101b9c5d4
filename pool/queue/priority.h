/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two levels, each an unbounded FIFO (seglist.h): high first, without starvation.
 *
 * The rule: of PRIORITY_RUN + 1 gets in a row, whoever does them, exactly one looks at the low
 * level first, the others at the high level; each takes from the other level where the first is
 * empty. So a low item that has n low ones before it is got by the (n + 1)(PRIORITY_RUN + 1)-th get
 * at the latest, however many high ones there are; and a high item waits for a low one at most once
 * in PRIORITY_RUN of its own.
 *
 * All functions but init and destroy: any thread.
 */
#ifndef POOLRIG_POOL_QUEUE_PRIORITY_H
#define POOLRIG_POOL_QUEUE_PRIORITY_H

#include <stdalign.h>
#include <stdatomic.h>

#include "pool/queue/seglist.h"

#define PRIORITY_RUN                                                                               \
	7 /* high ones between two low ones; one less than a power of two, as it wraps */

enum priority_level { PRIORITY_LOW, PRIORITY_HIGH, PRIORITY_LEVELS };

struct priority {
	struct seglist levels[PRIORITY_LEVELS];
	alignas(QUEUE_LINE) _Atomic size_t turn; /* gets so far; consumers write it all the time */
};

/* Returns 0 or ENOMEM. */
int priority_init(struct priority *priority);

/* Nobody uses it any more; items in it are forgotten. */
void priority_destroy(struct priority *priority);

/* QUEUE_OK, QUEUE_CLOSED or QUEUE_NO_MEMORY. */
enum queue_status priority_put(struct priority *priority, queue_item item,
			       enum priority_level level);

/* QUEUE_OK, QUEUE_EMPTY, or QUEUE_CLOSED: and empty. */
enum queue_status priority_get(struct priority *priority, queue_item *item);

/* Every put from now on is refused; every item that was put before is got before a get returns
 * QUEUE_CLOSED. */
void priority_close(struct priority *priority);

size_t priority_count(const struct priority *priority, enum priority_level level);

#endif
