/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An unbounded FIFO for any number of producers and consumers: a list of segments, each an array of
 * places that are used once. A place is claimed by one compare-and-swap of an index, and then
 * belongs to its claimer alone (after the idea of M. Michael and M. Scott's queue with arrays for
 * nodes, as in crossbeam's SegQueue and in P. Ramalhete's FAA array queue).
 *
 * When a segment can be used again is counted: a consumer that has emptied a place does not touch
 * the segment again, so once all its places have been counted no thread uses it. No thread ever
 * touches a segment without having claimed a place in it first, so neither hazard pointers nor
 * epochs are needed. A segment that is free again is kept for the next producer that needs one, or
 * freed where one is kept already.
 *
 * Indices count in steps of two, POOL_SEGLIST_LAP to a segment. The last of each lap is no place:
 * an index that stands there says that the thread which claimed the last place is about to go on to
 * the next segment, for which the others wait (some instructions, unless that thread is preempted).
 * An odd tail is a closed list. An odd head: the tail is in a later segment, so there is no need to
 * look at it.
 *
 * A getter that has claimed a place waits until its putter has filled it (the same).
 *
 * All functions but init and destroy: any thread. What a thread did before it put an item, the one
 * that gets it sees.
 */
#ifndef POOLRIG_POOL_QUEUE_SEGLIST_H
#define POOLRIG_POOL_QUEUE_SEGLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "pool/language.h"
#include "pool/queue/item.h"
#include "pool/queue/queue.h"

POOL_C_BEGIN

#ifndef POOL_SEGLIST_LAP
/* Indices of a segment, a power of two; a few in a test of each order. */
#define POOL_SEGLIST_LAP 64
#endif
#define POOL_SEGLIST_STEP   2
#define POOL_SEGLIST_FLAG   1 /* closed (tail), tail in a later segment (head) */
#define POOL_SEGLIST_PLACES (POOL_SEGLIST_LAP - 1) /* places of a segment */

struct pool_seglist_place {
	/* index + 1 of the item that it holds; so nothing has to be reset */
	POOL_ATOMIC(size_t) turn;
	POOL_ATOMIC(pool_queue_item) item;
};

typedef struct pool_seglist_segment *pool_seglist_segment_ptr;

struct pool_seglist_segment {
	POOL_ATOMIC(pool_seglist_segment_ptr) next;
	/* consumers count here, beside what they read */
	alignas(POOL_QUEUE_LINE) POOL_ATOMIC(size_t) emptied;
	alignas(POOL_QUEUE_LINE) struct pool_seglist_place places[POOL_SEGLIST_PLACES];
};

/* Producers and consumers meet only in the places, and in `tail` where the list is nearly empty. */
struct pool_seglist_end {
	alignas(POOL_QUEUE_LINE) POOL_ATOMIC(size_t) index;
	POOL_ATOMIC(pool_seglist_segment_ptr) segment;
};

struct pool_seglist {
	struct pool_seglist_end tail, head;
	/* emptied, for the next producer that needs one; or NULL */
	alignas(POOL_QUEUE_LINE) POOL_ATOMIC(pool_seglist_segment_ptr) spare;
};

/* The first index is `start` * POOL_SEGLIST_LAP * POOL_SEGLIST_STEP: 0, or what a test wants.
 * Returns 0 or ENOMEM. */
int pool_seglist_init(struct pool_seglist *list, size_t start);

/* No thread uses it any more; items in it are forgotten. */
void pool_seglist_destroy(struct pool_seglist *list);

/* Put one: POOL_QUEUE_OK, POOL_QUEUE_CLOSED or POOL_QUEUE_NO_MEMORY. */
enum pool_queue_status pool_seglist_put(struct pool_seglist *list, pool_queue_item item);

/* Put some of `count` items, the first ones, which stand together. Returns how many; 0: as above.
 */
size_t pool_seglist_put_many(struct pool_seglist *list, pool_queue_item const *items, size_t count,
			     enum pool_queue_status *status);

/* Get one: POOL_QUEUE_OK, POOL_QUEUE_EMPTY, or POOL_QUEUE_CLOSED: and empty. */
enum pool_queue_status pool_seglist_get(struct pool_seglist *list, pool_queue_item *item);

/* Get some, up to `count`, which stood together. Returns how many; 0: as above. */
size_t pool_seglist_get_many(struct pool_seglist *list, pool_queue_item *items, size_t count,
			     enum pool_queue_status *status);

/* Every put from now on is refused; every item that was put before is got before a get returns
 * POOL_QUEUE_CLOSED. */
void pool_seglist_close(struct pool_seglist *list);

/* How many items it holds, those on their way in or out included: exact where no other thread uses
 * it, else as of some recent instant. */
size_t pool_seglist_count(const struct pool_seglist *list);

POOL_C_END

#endif
