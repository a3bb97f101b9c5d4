/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/ring_mpmc.h"

#include <errno.h>
#include <stdlib.h>

int ring_mpmc_init(struct ring_mpmc *ring, size_t capacity, size_t start)
{
	size_t places, bytes;

	if (!capacity || capacity > QUEUE_CAPACITY_MAX || start % RING_MPMC_STEP)
		return EINVAL;
	places = queue_power_of_two(capacity);
	bytes = (places * sizeof(*ring->places) + QUEUE_LINE - 1) / QUEUE_LINE * QUEUE_LINE;
	ring->places = aligned_alloc(QUEUE_LINE, bytes);
	if (!ring->places)
		return ENOMEM;
	ring->mask = places - 1;
	for (size_t i = 0, index = start; i < places; i++, index += RING_MPMC_STEP) {
		struct ring_mpmc_place *place = ring_mpmc_place(ring, index);

		atomic_init(&place->sequence, index);
		atomic_init(&place->item, NULL);
	}
	atomic_init(&ring->tail, start);
	atomic_init(&ring->head, start);
	return 0;
}

void ring_mpmc_destroy(struct ring_mpmc *ring)
{
	free(ring->places);
	ring->places = NULL;
}
