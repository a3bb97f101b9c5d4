/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An unbounded FIFO for any number of producers and consumers: a list of segments, each an array of
 * places that are used once. A place is claimed by one compare-and-swap of an index, and then
 * belongs to its claimer alone (after the idea of M. Michael and M. Scott's queue with arrays for
 * nodes, as in crossbeam's SegQueue and in P. Ramalhete's FAA array queue).
 *
 * When a segment can be used again is counted: whoever has emptied a place is through with the
 * segment, so once all its places have been counted nobody is in it. No thread ever touches a
 * segment without having claimed a place in it first, so neither hazard pointers nor epochs are
 * needed. Such a segment is kept for the next producer that needs one, or freed where one is kept
 * already.
 *
 * Indices count in steps of two, SEGLIST_LAP to a segment. The last of each lap is no place: an
 * index that stands there says that whoever claimed the last place is about to go on to the next
 * segment, for which the others wait (some instructions, unless that thread is preempted). An odd
 * tail is a closed list. An odd head: the tail is in a later segment, so there is no need to look
 * at it.
 *
 * A getter that has claimed a place waits until its putter has filled it (the same).
 *
 * All functions but init and destroy: any thread. What a thread did before it put an item, the one
 * that gets it sees.
 */
#ifndef POOLRIG_POOL_QUEUE_SEGLIST_H
#define POOLRIG_POOL_QUEUE_SEGLIST_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "pool/queue/item.h"
#include "pool/queue/queue.h"

#ifndef SEGLIST_LAP
#define SEGLIST_LAP 64 /* indices of a segment, a power of two; a few in a test of each order */
#endif
#define SEGLIST_STEP   2
#define SEGLIST_FLAG   1                 /* closed (tail), tail in a later segment (head) */
#define SEGLIST_PLACES (SEGLIST_LAP - 1) /* places of a segment */

struct seglist_place {
	_Atomic size_t turn; /* index + 1 of the item that it holds; so nothing has to be reset */
	_Atomic queue_item item;
};

typedef struct seglist_segment *seglist_segment_ptr;

struct seglist_segment {
	_Atomic seglist_segment_ptr next;
	alignas(
	    QUEUE_LINE) _Atomic size_t emptied; /* consumers count here, beside what they read */
	alignas(QUEUE_LINE) struct seglist_place places[SEGLIST_PLACES];
};

/* Producers and consumers meet only in the places, and in `tail` where the list is nearly empty. */
struct seglist_end {
	alignas(QUEUE_LINE) _Atomic size_t index;
	_Atomic seglist_segment_ptr segment;
};

struct seglist {
	struct seglist_end tail, head;
	alignas(
	    QUEUE_LINE) _Atomic seglist_segment_ptr spare; /* emptied, for who needs one; or NULL */
};

/* The first index is `start` * SEGLIST_LAP * SEGLIST_STEP: 0, or what a test wants. Returns 0 or
 * ENOMEM. */
int seglist_init(struct seglist *list, size_t start);

/* Nobody uses it any more; items in it are forgotten. */
void seglist_destroy(struct seglist *list);

/* Put one: QUEUE_OK, QUEUE_CLOSED or QUEUE_NO_MEMORY. */
enum queue_status seglist_put(struct seglist *list, queue_item item);

/* Put some of `count` items, the first ones, which stand together. Returns how many; 0: as above.
 */
size_t seglist_put_many(struct seglist *list, queue_item const *items, size_t count,
			enum queue_status *status);

/* Get one: QUEUE_OK, QUEUE_EMPTY, or QUEUE_CLOSED: and empty. */
enum queue_status seglist_get(struct seglist *list, queue_item *item);

/* Get some, up to `count`, which stood together. Returns how many; 0: as above. */
size_t seglist_get_many(struct seglist *list, queue_item *items, size_t count,
			enum queue_status *status);

/* Every put from now on is refused; every item that was put before is got before a get returns
 * QUEUE_CLOSED. */
void seglist_close(struct seglist *list);

/* How many items it holds, those on their way in or out included: exact for whoever is alone with
 * it, else of some instant of late. */
size_t seglist_count(const struct seglist *list);

#endif
