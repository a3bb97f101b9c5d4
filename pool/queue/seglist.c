/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/seglist.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "pool/queue/relax.h"

#define SPINS_BEFORE_YIELD 64

/* What a thread waits for here takes another one a few instructions, unless it was preempted. */
static void await(unsigned *turn)
{
	if (++*turn % SPINS_BEFORE_YIELD)
		pool_cpu_relax();
	else
		sched_yield();
}

static size_t offset_of(size_t index)
{
	return index / POOL_SEGLIST_STEP % POOL_SEGLIST_LAP;
}

static size_t lap_of(size_t index)
{
	return index / POOL_SEGLIST_STEP / POOL_SEGLIST_LAP;
}

static struct pool_seglist_segment *make_segment(void)
{
	struct pool_seglist_segment *segment = aligned_alloc(POOL_QUEUE_LINE, sizeof(*segment));

	if (!segment)
		return NULL;
	for (size_t i = 0; i < POOL_SEGLIST_PLACES; i++) {
		atomic_init(&segment->places[i].turn, 0); /* even: no item's */
		atomic_init(&segment->places[i].item, NULL);
	}
	atomic_init(&segment->next, NULL);
	atomic_init(&segment->emptied, 0);
	return segment;
}

/* An unused segment, with nothing in it; NULL: no memory. */
static struct pool_seglist_segment *take_segment(struct pool_seglist *list)
{
	struct pool_seglist_segment *segment = NULL;

	if (atomic_load_explicit(&list->spare, memory_order_relaxed))
		/* Acquire: those that emptied it are through with it. */
		segment = atomic_exchange_explicit(&list->spare, NULL, memory_order_acquire);
	if (!segment)
		return make_segment();
	atomic_store_explicit(&segment->next, NULL, memory_order_relaxed);
	atomic_store_explicit(&segment->emptied, 0, memory_order_relaxed);
	return segment;
}

static void give_segment(struct pool_seglist *list, struct pool_seglist_segment *segment)
{
	struct pool_seglist_segment *none = NULL;

	/* Release: as in take_segment(). */
	if (segment &&
	    !atomic_compare_exchange_strong_explicit(&list->spare, &none, segment,
						     memory_order_release, memory_order_relaxed))
		free(segment);
}

static void init_end(struct pool_seglist_end *end, size_t index,
		     struct pool_seglist_segment *segment)
{
	atomic_init(&end->index, index);
	atomic_init(&end->segment, segment);
}

int pool_seglist_init(struct pool_seglist *list, size_t start)
{
	struct pool_seglist_segment *segment = make_segment();

	if (!segment)
		return ENOMEM;
	init_end(&list->tail, start * POOL_SEGLIST_LAP * POOL_SEGLIST_STEP, segment);
	init_end(&list->head, start * POOL_SEGLIST_LAP * POOL_SEGLIST_STEP, segment);
	atomic_init(&list->spare, NULL);
	return 0;
}

void pool_seglist_destroy(struct pool_seglist *list)
{
	struct pool_seglist_segment *segment = atomic_load(&list->head.segment);

	while (segment) {
		struct pool_seglist_segment *next = atomic_load(&segment->next);

		free(segment);
		segment = next;
	}
	free(atomic_load(&list->spare));
}

/* The claimer of the last place of a segment goes on to the next; all others wait for it. */
static void extend(struct pool_seglist *list, struct pool_seglist_segment *segment,
		   struct pool_seglist_segment *next)
{
	/* Release, both: a thread that sees the index in the next lap sees the segment of that lap,
	 * or a later one, and it as it was made. */
	atomic_store_explicit(&list->tail.segment, next, memory_order_release);
	/* An addition, not a store: the list may have been closed meanwhile. */
	atomic_fetch_add_explicit(&list->tail.index, POOL_SEGLIST_STEP, memory_order_release);
	/* Release: the consumer that comes to it by this sees it as it was made. */
	atomic_store_explicit(&segment->next, next, memory_order_release);
}

static void fill(struct pool_seglist_segment *segment, size_t index, pool_queue_item const *items,
		 size_t count)
{
	for (size_t i = 0; i < count; i++, index += POOL_SEGLIST_STEP) {
		struct pool_seglist_place *place = &segment->places[offset_of(index)];

		atomic_store_explicit(&place->item, items[i], memory_order_relaxed);
		/* Release: the item, and what it points to. */
		atomic_store_explicit(&place->turn, index + 1, memory_order_release);
	}
}

size_t pool_seglist_put_many(struct pool_seglist *list, pool_queue_item const *items, size_t count,
			     enum pool_queue_status *status)
{
	struct pool_seglist_segment *next = NULL, *segment;
	unsigned turn = 0;
	size_t done = 0;

	*status = POOL_QUEUE_OK;
	while (!done && count) {
		/* Acquire: as in extend(). */
		size_t tail = atomic_load_explicit(&list->tail.index, memory_order_acquire);
		size_t room = POOL_SEGLIST_PLACES - offset_of(tail);

		if (tail & POOL_SEGLIST_FLAG) {
			*status = POOL_QUEUE_CLOSED;
			break;
		}
		if (!room) {
			await(&turn);
			continue;
		}
		if (count >= room && !next && !(next = take_segment(list))) {
			*status = POOL_QUEUE_NO_MEMORY;
			break;
		}
		/* If the index is still the same at the claim, this is its segment: it is read
		 * after the index, and is replaced before the index goes on to the next lap. */
		segment = atomic_load_explicit(&list->tail.segment, memory_order_acquire);
		done = count < room ? count : room;
		/* Relaxed: what a place holds goes by its turn, what a segment holds by extend().
		 */
		if (!atomic_compare_exchange_weak_explicit(
			&list->tail.index, &tail, tail + done * POOL_SEGLIST_STEP,
			memory_order_relaxed, memory_order_relaxed)) {
			done = 0;
			continue;
		}
		if (done == room) {
			extend(list, segment, next);
			next = NULL;
		}
		fill(segment, tail, items, done);
	}
	give_segment(list, next);
	return done;
}

/* The claimer of the last place of a segment goes on to the next; all others wait for it. `index`
 * is where the head stands now, with its flag. */
static void go_on(struct pool_seglist *list, struct pool_seglist_segment *segment, size_t index)
{
	struct pool_seglist_segment *next;
	unsigned turn = 0;

	/* Acquire: as in extend(). */
	while (!(next = atomic_load_explicit(&segment->next, memory_order_acquire)))
		await(&turn);
	index = (index & ~(size_t)POOL_SEGLIST_FLAG) + POOL_SEGLIST_STEP;
	if (atomic_load_explicit(&next->next, memory_order_relaxed))
		index |= POOL_SEGLIST_FLAG;
	/* Release, both: as in extend(). No other thread writes them now. */
	atomic_store_explicit(&list->head.segment, next, memory_order_release);
	atomic_store_explicit(&list->head.index, index, memory_order_release);
}

static void empty(struct pool_seglist *list, struct pool_seglist_segment *segment, size_t index,
		  pool_queue_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++, index += POOL_SEGLIST_STEP) {
		struct pool_seglist_place *place = &segment->places[offset_of(index)];
		unsigned turn = 0;

		/* Acquire: the item, and what it points to. */
		while (atomic_load_explicit(&place->turn, memory_order_acquire) != index + 1)
			await(&turn);
		items[i] = atomic_load_explicit(&place->item, memory_order_relaxed);
	}
	/* Release: this one is through with its places; acquire: so are all others, for the last.
	 */
	if (atomic_fetch_add_explicit(&segment->emptied, count, memory_order_acq_rel) + count ==
	    POOL_SEGLIST_PLACES)
		give_segment(list, segment);
}

/* How many items stand in the segment of the head, from there on; sets the flag in *next where the
 * tail is in a later one. 0: none, and *status is the reason. */
static size_t items_at(struct pool_seglist *list, size_t head, size_t *flag,
		       enum pool_queue_status *status)
{
	size_t tail;

	*flag = head & POOL_SEGLIST_FLAG;
	if (*flag)
		return POOL_SEGLIST_PLACES - offset_of(head);
	/* Acquire: a closed list is seen with what its closer did before. The tail is read after
	 * the head, and the thread that moved the head there had seen a tail that was not behind
	 * it. */
	tail = atomic_load_explicit(&list->tail.index, memory_order_acquire);
	if ((tail & ~(size_t)POOL_SEGLIST_FLAG) == head) {
		*status = tail & POOL_SEGLIST_FLAG ? POOL_QUEUE_CLOSED : POOL_QUEUE_EMPTY;
		return 0;
	}
	if (lap_of(tail) == lap_of(head))
		return offset_of(tail) - offset_of(head);
	*flag = POOL_SEGLIST_FLAG;
	return POOL_SEGLIST_PLACES - offset_of(head);
}

size_t pool_seglist_get_many(struct pool_seglist *list, pool_queue_item *items, size_t count,
			     enum pool_queue_status *status)
{
	unsigned turn = 0;

	*status = POOL_QUEUE_OK;
	while (count) {
		/* Acquire: as in go_on() and items_at(). */
		size_t head = atomic_load_explicit(&list->head.index, memory_order_acquire);
		size_t index = head & ~(size_t)POOL_SEGLIST_FLAG, there, flag;
		struct pool_seglist_segment *segment;

		if (offset_of(head) == POOL_SEGLIST_PLACES) {
			await(&turn);
			continue;
		}
		/* As in pool_seglist_put_many(). */
		segment = atomic_load_explicit(&list->head.segment, memory_order_acquire);
		there = items_at(list, head, &flag, status);
		if (!there)
			return 0;
		if (there > count)
			there = count;
		/* Release: a thread that sees the head here sees the tail at least where it was
		 * seen. */
		if (!atomic_compare_exchange_weak_explicit(
			&list->head.index, &head, (index + there * POOL_SEGLIST_STEP) | flag,
			memory_order_release, memory_order_relaxed))
			continue;
		if (offset_of(index) + there == POOL_SEGLIST_PLACES)
			go_on(list, segment, index + there * POOL_SEGLIST_STEP);
		empty(list, segment, index, items, there);
		return there;
	}
	return 0;
}

enum pool_queue_status pool_seglist_put(struct pool_seglist *list, pool_queue_item item)
{
	enum pool_queue_status status;

	pool_seglist_put_many(list, &item, 1, &status);
	return status;
}

enum pool_queue_status pool_seglist_get(struct pool_seglist *list, pool_queue_item *item)
{
	enum pool_queue_status status;

	pool_seglist_get_many(list, item, 1, &status);
	return status;
}

void pool_seglist_close(struct pool_seglist *list)
{
	/* Release: a thread that sees it closed sees what the closer did before. */
	atomic_fetch_or_explicit(&list->tail.index, POOL_SEGLIST_FLAG, memory_order_release);
}

size_t pool_seglist_count(const struct pool_seglist *list)
{
	/* The head first: read after it, the tail is not behind it. */
	size_t head = atomic_load_explicit(&list->head.index, memory_order_acquire);
	size_t tail = atomic_load_explicit(&list->tail.index, memory_order_relaxed);
	size_t indices =
	    ((tail & ~(size_t)POOL_SEGLIST_FLAG) - (head & ~(size_t)POOL_SEGLIST_FLAG)) /
	    POOL_SEGLIST_STEP;

	/* One index of each lap between them is no place. */
	return indices - (indices + offset_of(head)) / POOL_SEGLIST_LAP;
}
