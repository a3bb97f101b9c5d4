/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/ring_mpmc.h"

#include <errno.h>
#include <stdlib.h>

int pool_ring_mpmc_init(struct pool_ring_mpmc *ring, size_t capacity, size_t start)
{
	size_t places, bytes;

	if (!capacity || capacity > POOL_QUEUE_CAPACITY_MAX || start % POOL_RING_MPMC_STEP)
		return EINVAL;
	places = pool_queue_power_of_two(capacity);
	bytes = (places * sizeof(*ring->places) + POOL_QUEUE_LINE - 1) / POOL_QUEUE_LINE *
		POOL_QUEUE_LINE;
	ring->places = aligned_alloc(POOL_QUEUE_LINE, bytes);
	if (!ring->places)
		return ENOMEM;
	ring->mask = places - 1;
	for (size_t i = 0, index = start; i < places; i++, index += POOL_RING_MPMC_STEP) {
		struct pool_ring_mpmc_place *place = pool_ring_mpmc_place(ring, index);

		atomic_init(&place->sequence, index);
		atomic_init(&place->item, NULL);
	}
	atomic_init(&ring->tail, start);
	atomic_init(&ring->head, start);
	return 0;
}

void pool_ring_mpmc_destroy(struct pool_ring_mpmc *ring)
{
	free(ring->places);
	ring->places = NULL;
}
