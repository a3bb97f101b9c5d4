/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/ring_spsc.h"

#include <errno.h>
#include <stdlib.h>

int pool_ring_spsc_init(struct pool_ring_spsc *ring, size_t capacity, size_t start)
{
	size_t places;

	if (!capacity || capacity > POOL_QUEUE_CAPACITY_MAX)
		return EINVAL;
	places = pool_queue_power_of_two(capacity);
	/* Whole lines, or the ends of the ring would share theirs with a stranger. */
	ring->places =
	    aligned_alloc(POOL_QUEUE_LINE, (places * sizeof(*ring->places) + POOL_QUEUE_LINE - 1) /
					       POOL_QUEUE_LINE * POOL_QUEUE_LINE);
	if (!ring->places)
		return ENOMEM;
	for (size_t i = 0; i < places; i++)
		atomic_init(&ring->places[i], POOL_QUEUE_NO_ITEM);
	ring->mask = places - 1;
	atomic_init(&ring->tail, start);
	atomic_init(&ring->head, start);
	return 0;
}

void pool_ring_spsc_destroy(struct pool_ring_spsc *ring)
{
	free(ring->places);
	ring->places = NULL;
}
